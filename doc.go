// Package creditsync carries public-credit records (公共信用信息) from the source systems of a city's departments to the
// city's public credit information platform: it reads them on a schedule, normalises and validates them as Apache Arrow
// columns, keeps every version in ClickHouse, and tells the national-platform bridge about each change on Kafka, exactly
// once and in order.
//
// This folder holds no code. A record's road goes through these packages, left to right:
//
//	connectors   what a source is, and one folder per protocol
//	transforms   cells become values; every rule has a name and a sentence a clerk understands
//	schemas      what a record is; everybody reads it
//	pipelines    one run on one screen, and the guards
//	scheduler    when a run starts
//	internal/warehouse   stage, diff, versions, quarantine and views in ClickHouse
//	internal/ledger      the one place that says what is committed
//	internal/bus         the relay to Kafka
//
// docs/ARCHITECTURE.md tells the life of one record and the invariants I1 to I6 that the code cites.
package creditsync
