package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
	"github.com/riverqueue/rivercontrib/otelriver"
	"go.opentelemetry.io/otel/propagation"

	"craftplan/internal/id"
	"craftplan/internal/origin"
)

// Job is work for after a transaction. Its fields are kept as JSON beside the data, in a table that no row-level security
// guards: ids, and what is sealed.
type Job = river.JobArgs

// Slow is embedded by jobs that take long, such as writing all of an organization into an archive. They have a queue of their own, in
// which each process works one at a time: nothing else waits for them.
type Slow struct{}

// InsertOpts are the queue's.
func (Slow) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: slowQueue} }

func (Slow) slow() {}

// SlowOnce is Slow for what is left again so soon that a failure need not be tried again.
type SlowOnce struct{ Slow }

// InsertOpts are the queue's.
func (SlowOnce) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: slowQueue, MaxAttempts: 1}
}

// IsSlow tells whether a job takes long.
func IsSlow(j Job) bool {
	_, slow := j.(interface{ slow() })
	return slow
}

const slowQueue = "slow"

// jobStamp is what the store writes on a job itself: whose it is, so that none can be made for another organization, and where it
// came from, for the log and traces.
type jobStamp struct {
	Organization *id.Organization       `json:"organization,omitempty"`
	Request      string                 `json:"request,omitempty"`
	Trace        propagation.MapCarrier `json:"trace,omitempty"` // W3C Trace Context; empty when nothing is traced
}

// Enqueue leaves a job of this organization to be worked once the transaction is committed; never when it is not.
func (tx *Tx) Enqueue(ctx context.Context, job Job) error {
	return enqueue(ctx, tx.queue, tx.sql, job, jobStamp{Organization: &tx.scope.organization}, 0)
}

// EnqueueIn is Enqueue for later: the job is worked once that much time has passed, by the clock of the machine.
func (tx *Tx) EnqueueIn(ctx context.Context, job Job, wait time.Duration) error {
	return enqueue(ctx, tx.queue, tx.sql, job, jobStamp{Organization: &tx.scope.organization}, wait)
}

var errNoTransaction = errors.New("a job needs a transaction")

// Enqueue leaves a job outside any organization to be worked once the transaction is committed; never when it is not.
func (tx *SystemTx) Enqueue(ctx context.Context, job Job) error {
	if tx.sql == nil {
		return errNoTransaction
	}
	return enqueue(ctx, tx.queue, tx.sql, job, jobStamp{}, 0)
}

func enqueue(ctx context.Context, queue *river.Client[*sql.Tx], tx *sql.Tx, job Job, stamp jobStamp, wait time.Duration) error {
	stamp.Request, stamp.Trace = origin.Of(ctx).Request, propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, stamp.Trace)
	metadata, err := json.Marshal(stamp)
	if err != nil {
		return err
	}
	options := &river.InsertOpts{Metadata: metadata}
	if wait > 0 {
		options.ScheduledAt = time.Now().Add(wait)
	}
	if _, err = queue.InsertTx(ctx, tx, job, options); err != nil {
		return fmt.Errorf("enqueue %s: %w", job.Kind(), err)
	}
	return nil
}

// OrganizationOf is the organization a job was left by; ok is false for one outside any.
func OrganizationOf(metadata []byte) (organization id.Organization, ok bool, err error) {
	var stamp jobStamp
	if err := json.Unmarshal(metadata, &stamp); err != nil {
		return organization, false, fmt.Errorf("a job's metadata: %w", err)
	}
	if stamp.Organization == nil {
		return organization, false, nil
	}
	return *stamp.Organization, true, nil
}

// queueDriver lets the queue keep its jobs in the same database. On PostgreSQL it looks for jobs every second and listens to
// nothing, which works through any connection pooler.
func (s *Store) queueDriver() riverdriver.Driver[*sql.Tx] {
	if s.engine == Postgres {
		return riverdatabasesql.New(s.write)
	}
	return riversqlite.New(s.write)
}

func (s *Store) openQueue(traced bool) (err error) {
	if traced {
		s.watch = []rivertype.Middleware{otelriver.NewMiddleware(&otelriver.MiddlewareConfig{EnableWorkSpanJobKindSuffix: true})}
	}
	s.queue, err = river.NewClient(s.queueDriver(), &river.Config{MaxAttempts: jobAttempts, Middleware: s.watch})
	return err
}

const (
	jobsAtOnce  = 4
	jobTimeout  = time.Minute
	jobAttempts = 12 // with the library's back-off, the last about nine hours after the first
)

// goOn works a job in the trace of the request that left it.
type goOn struct{ river.MiddlewareDefaults }

// Work is what the queue calls around each job.
func (*goOn) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	from := &origin.Origin{Job: job.Kind}
	var stamp jobStamp
	if err := json.Unmarshal(job.Metadata, &stamp); err == nil { // one that cannot be read is refused by who works the job
		from.Request = stamp.Request
		if stamp.Organization != nil {
			from.Organization = stamp.Organization.String()
		}
		ctx = propagation.TraceContext{}.Extract(ctx, stamp.Trace)
	}
	return work(origin.With(ctx, from))
}

// Work works jobs until stop is called, which lets those under way finish. Often are those that are left now and then.
func (s *Store) Work(ctx context.Context, workers *river.Workers, log *slog.Logger, often ...*river.PeriodicJob) (stop func(context.Context) error, err error) {
	client, err := river.NewClient(s.queueDriver(), &river.Config{
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: jobsAtOnce}, slowQueue: {MaxWorkers: 1}}, Workers: workers, PeriodicJobs: often, Logger: slog.New(quiet{log.Handler()}),
		JobTimeout: jobTimeout, RescueStuckJobsAfter: 5 * jobTimeout, SoftStopTimeout: 10 * time.Second,
		CompletedJobRetentionPeriod: time.Hour,
		Middleware:                  append([]rivertype.Middleware{&goOn{}}, s.watch...),
		ReindexerIndexNames:         []string{}, // the server owns no index
	})
	if err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	return client.Stop, nil
}

// quiet keeps the queue's chatter about itself out of the log: what it says at info is for its own developers.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// migrateQueue brings the queue's own tables to the version of its library.
func (s *Store) migrateQueue(ctx context.Context) (int, error) {
	migrator, err := rivermigrate.New(s.queueDriver(), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return 0, err
	}
	result, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return 0, err
	}
	if s.engine == Postgres {
		_, err = s.write.ExecContext(ctx, grantQueue)
	}
	return len(result.Versions), err
}

// grantQueue gives the server what it needs of the queue, and PUBLIC nothing. It is run by the owner at every migration.
const grantQueue = `DO $$
DECLARE
  t text;
  f regprocedure;
BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename ~ '^river_' LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO craftplan_app', t);
  END LOOP;
  REVOKE INSERT, UPDATE, DELETE ON river_migration FROM craftplan_app;
  GRANT USAGE ON SEQUENCE river_job_id_seq TO craftplan_app;
  FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND proname ~ '^river_' LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO craftplan_app', f);
  END LOOP;
END $$`

// checkQueue tells whether the queue's tables are those of this program.
func (s *Store) checkQueue(ctx context.Context) error {
	migrator, err := rivermigrate.New(s.queueDriver(), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	all := migrator.AllVersions()
	target := int64(all[len(all)-1].Version)
	var current sql.NullInt64
	if err := s.read.QueryRowContext(ctx, "SELECT MAX(version) FROM river_migration").Scan(&current); err != nil {
		current.Int64 = 0 // no table yet
	}
	return compareVersions(current.Int64, target, true)
}

// CountJobs is how many jobs the queue holds in each state, for the operator's metrics.
func (s *Store) CountJobs(ctx context.Context) (states map[string]int64, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT state, COUNT(*) FROM river_job GROUP BY state")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	states = map[string]int64{}
	for rows.Next() {
		var state string
		var n int64
		if err := rows.Scan(&state, &n); err != nil {
			return nil, err
		}
		states[state] = n
	}
	return states, rows.Err()
}
