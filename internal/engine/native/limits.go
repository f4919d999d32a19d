package native

import "time"

// The revisions of the protocol that are spoken. The newest has parameters (54459) and the time in progress packets; what
// came behind it (sparse columns, time zone updates, chunked packets) is not built.
const (
	newest = 54460
	oldest = 54429 // settings as texts
)

// Limits of what a client may ask for. docs/howto/query.md names those that people meet.
const (
	maxConnections = 1024      // that are open at once
	maxRefusals    = 64        // further ones that are told so at once; others are closed without a word
	maxPacket      = 16 << 20  // bytes of a query packet: text, settings, parameters
	maxPackets     = 256 << 20 // bytes of all query packets that are being read or run
	maxText        = 64 << 10  // bytes of a name, a setting's value and the like
	maxSettings    = 1000      // settings of a query, and parameters
	maxExternal    = 1000      // blocks of external tables that are read before these are refused
)

// Times that a client may take.
const (
	helloTime   = 10 * time.Second // from the connection to the end of its hello
	idleTime    = time.Hour        // between two queries
	patience    = 5 * time.Minute  // for the next piece, either way, once something has begun
	queueTime   = 2 * time.Minute  // that a query waits for a place
	graceTime   = 3 * time.Second  // that a query may run on while the engine ends
	lastTime    = 2 * time.Second  // from then to the end of its connection
	progressGap = time.Second      // between progress packets
)
