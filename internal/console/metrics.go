package console

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metric is one metric as the reference lists it.
type Metric struct {
	Name   string
	Type   string // counter, gauge or histogram
	Labels []string
	Help   string
}

// Names of the metrics; prefix and units follow Prometheus' conventions.
const (
	rowsRead      = "creditsync_rows_read_total"
	rowsRejected  = "creditsync_rows_rejected_total"
	recordsTotal  = "creditsync_records_changed_total"
	runsTotal     = "creditsync_runs_total"
	runSeconds    = "creditsync_run_duration_seconds"
	commitsTotal  = "creditsync_commits_total"
	publishTotal  = "creditsync_messages_published_total"
	ticksSkipped  = "creditsync_ticks_skipped_total"
	ticksMissed   = "creditsync_ticks_missed_total"
	runsGoing     = "creditsync_runs_running"
	runsWaiting   = "creditsync_runs_waiting"
	lastSuccess   = "creditsync_last_success_timestamp_seconds"
	lastRun       = "creditsync_last_run_timestamp_seconds"
	lastFailed    = "creditsync_last_run_failed"
	nextRun       = "creditsync_next_run_timestamp_seconds"
	overdueFor    = "creditsync_overdue_seconds"
	relayWaiting  = "creditsync_relay_waiting_messages"
	engineUp      = "creditsync_engine_up"
	brokerUp      = "creditsync_broker_up"
	partRestarts  = "creditsync_part_restarts_total"
	alertsFailing = "creditsync_alerts_failing"
)

// MetricList is every metric that is ours, in the order of the reference. Those of the Go runtime and of the process come
// with the client library.
func MetricList() []Metric {
	pipeline := []string{"pipeline"}
	return []Metric{
		{runsTotal, "counter", []string{"pipeline", "state"}, "Runs that ended, by state: done, failed, no_input."},
		{runSeconds, "histogram", []string{"state"}, "How long runs took."},
		{rowsRead, "counter", pipeline, "Rows read from the source."},
		{rowsRejected, "counter", pipeline, "Rows refused and set aside."},
		{recordsTotal, "counter", []string{"pipeline", "change"}, "Records changed, by change: inserted, updated, deleted."},
		{commitsTotal, "counter", []string{"kind"}, "Runs that committed to a record kind."},
		{publishTotal, "counter", []string{"kind"}, "Messages acknowledged by Kafka."},
		{relayWaiting, "gauge", []string{"kind"}, "Messages that are committed and not yet acknowledged by Kafka."},
		{runsGoing, "gauge", nil, "Runs that go now."},
		{runsWaiting, "gauge", nil, "Runs that wait for their turn."},
		{lastRun, "gauge", pipeline, "When the newest run ended."},
		{lastFailed, "gauge", pipeline, "1 where the newest run failed."},
		{lastSuccess, "gauge", pipeline, "When the newest successful run ended."},
		{nextRun, "gauge", pipeline, "When the pipeline is scheduled next."},
		{overdueFor, "gauge", pipeline, "How much longer the pipeline is silent than expect_every; 0: it is not overdue."},
		{ticksSkipped, "counter", pipeline, "Scheduled times that came while the last run still went."},
		{ticksMissed, "counter", pipeline, "Times that scheduled times were passed over because nothing ran."},
		{engineUp, "gauge", nil, "1 while ClickHouse answers."},
		{brokerUp, "gauge", nil, "1 while Kafka answers."},
		{partRestarts, "counter", []string{"part"}, "How often the engine or the broker went down and was looked for anew."},
		{alertsFailing, "gauge", nil, "1 while the last alert could not be delivered."},
	}
}

// Metrics count what happens and look at Source when they are asked. Its methods may be called concurrently; those of a nil
// *Metrics do nothing.
type Metrics struct {
	registry *prometheus.Registry
	counters map[string]*prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

// counted are the metrics that are counted as things happen; the others are read from a Status.
func counted() []string {
	return []string{rowsRead, rowsRejected, recordsTotal, runsTotal, commitsTotal, publishTotal}
}

// NewMetrics returns metrics that read what they do not count from source.
func NewMetrics(source Source) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), counters: map[string]*prometheus.CounterVec{}}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	byName := map[string]Metric{}
	for _, one := range MetricList() {
		byName[one.Name] = one
	}
	for _, name := range counted() {
		d := byName[name]
		m.counters[name] = prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: d.Help}, d.Labels)
		m.registry.MustRegister(m.counters[name])
		delete(byName, name)
	}
	d := byName[runSeconds]
	m.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: runSeconds, Help: d.Help,
		Buckets: []float64{0.1, 0.3, 1, 3, 10, 30, 60, 180, 600, 1800, 3600, 7200, 14400}}, d.Labels)
	m.registry.MustRegister(m.seconds)
	delete(byName, runSeconds)
	m.registry.MustRegister(newSnapshot(source, byName))
	return m
}

// Ended counts a run that has ended.
func (m *Metrics) Ended(pipeline, kind string, r Run, committed bool) {
	if m == nil {
		return
	}
	m.counters[runsTotal].WithLabelValues(pipeline, r.State).Inc()
	m.counters[rowsRead].WithLabelValues(pipeline).Add(float64(r.Read))
	m.counters[rowsRejected].WithLabelValues(pipeline).Add(float64(r.Rejected))
	for change, n := range map[string]uint64{"inserted": r.Inserted, "updated": r.Updated, "deleted": r.Deleted} {
		m.counters[recordsTotal].WithLabelValues(pipeline, change).Add(float64(n))
	}
	if committed {
		m.counters[commitsTotal].WithLabelValues(kind).Inc()
	}
	m.seconds.WithLabelValues(r.State).Observe(r.Finished.Sub(r.Started).Seconds())
}

// Published counts messages that Kafka has acknowledged.
func (m *Metrics) Published(kind string, n uint64) {
	if m != nil {
		m.counters[publishTotal].WithLabelValues(kind).Add(float64(n))
	}
}

// handler answers Prometheus.
func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: scrapeLimit})
}

// scrapeLimit is how long an answer may take.
const scrapeLimit = 10 * time.Second

// snapshot is a collector of what a Status says.
type snapshot struct {
	source Source
	descs  map[string]*prometheus.Desc
	types  map[string]prometheus.ValueType
}

func newSnapshot(source Source, list map[string]Metric) *snapshot {
	s := &snapshot{source: source, descs: map[string]*prometheus.Desc{}, types: map[string]prometheus.ValueType{}}
	for name, d := range list {
		s.descs[name] = prometheus.NewDesc(name, d.Help, d.Labels, nil)
		s.types[name] = prometheus.GaugeValue
		if d.Type == "counter" {
			s.types[name] = prometheus.CounterValue
		}
	}
	return s
}

// Describe implements prometheus.Collector.
func (s *snapshot) Describe(to chan<- *prometheus.Desc) {
	for _, d := range s.descs {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (s *snapshot) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeLimit)
	defer cancel()
	st, err := s.source.Status(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(s.descs[engineUp], err)
		return
	}
	set := func(name string, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(s.descs[name], s.types[name], value, labels...)
	}
	going, waiting := 0, 0
	for i := range st.Pipelines {
		p := &st.Pipelines[i]
		going, waiting = going+one(p.Running), waiting+one(p.Waiting)
		pipelineMetrics(p, set)
	}
	set(runsGoing, float64(going))
	set(runsWaiting, float64(waiting))
	for _, k := range st.Kinds {
		set(relayWaiting, float64(k.Waiting), k.Name)
	}
	for _, p := range st.Parts {
		set(map[string]string{"engine": engineUp, "broker": brokerUp}[p.Name], float64(one(p.Up)))
		set(partRestarts, float64(p.Restarts), p.Name)
	}
	set(alertsFailing, float64(one(st.AlertErr.EN != "")))
}

func pipelineMetrics(p *Pipeline, set func(name string, value float64, labels ...string)) {
	if p.Last != nil {
		set(lastRun, seconds(p.Last.Finished), p.Name)
		set(lastFailed, float64(one(p.Last.State == "failed")), p.Name)
	}
	if !p.LastSuccess.IsZero() {
		set(lastSuccess, seconds(p.LastSuccess), p.Name)
	}
	if !p.Next.IsZero() {
		set(nextRun, seconds(p.Next), p.Name)
	}
	if p.ExpectEvery > 0 {
		set(overdueFor, p.Overdue.Seconds(), p.Name)
	}
	if p.Schedule != "" {
		set(ticksSkipped, float64(p.Skipped), p.Name)
		set(ticksMissed, float64(p.Missed), p.Name)
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
