/*
 * farm.h - for tests: a simulated farm, the engine and the virtual executor, in a few lines.
 *
 *   struct farm farm;
 *   farm_init(&farm, "h[1:3]", "{\"hosts\": ...}");   defaults: everything selected, yes to the
 *   question
 *   farm.options.retries = 0;
 *   farm_run(&farm);
 *   ... look at farm.record, farm_row(), farm_present() ...
 *   farm_release(&farm);
 */
#ifndef RDSWEEP_TESTS_FARM_H
#define RDSWEEP_TESTS_FARM_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <uv.h>

#include "executor_uv.h"
#include "executor_virtual.h"
#include "fleet.h"
#include "journal.h"
#include "journal_read.h"
#include "strbuf.h"
#include "utc.h"

#define FARM_EPOCH_MS INT64_C(1767225600000) /* 2026-01-01T00:00:00Z, where virtual time begins */

/* Under sanitizers everything takes ten times as long: tests of every moment of a run take fewer. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FARM_STRIDE 5
#else
#define FARM_STRIDE 1
#endif

struct farm {
	uv_loop_t *loop; /* NULL: virtual time */
	uv_mutex_t mutex;
	struct executor *executor;
	struct session_backend *backend;
	struct fleet_host *hosts;
	size_t host_count;
	struct selection selection;
	struct fleet_options options;
	struct fleet_observer observer;
	struct rep_record record;
	struct fleet *fleet;
	bool answer;		/* to the question */
	unsigned gates;		/* how often it was asked */
	struct fleet_plan plan; /* what was asked */
	bool finished;
	unsigned calls_left;	/* out when the run had finished */
	struct strbuf warnings; /* a line each */
	struct strbuf state;	/* the simulator's state lines: the ground truth */
	struct strbuf picture;
	const char *hosts_text, *scenario_text; /* as given to farm_init() */
	struct journal *journal;
	struct strbuf journal_bytes; /* what was written, and in `commits` when it became durable */
	struct farm_commit {
		size_t end;
		int64_t at_us;
	} * commits;
	size_t commit_count;
	int64_t sync_us;	   /* how long each sync takes */
	unsigned syncs, fail_sync; /* the n-th sync fails (from 1; 0 none) */
	struct journal_read read;  /* what a resumed run goes on from */
	bool resumed;
	struct fleet_doubt *doubts, *drain_doubts, *warned;
	size_t state_start; /* what is before that is not of the runs */
	struct exec_timer crash_timer;
	struct farm_stop {
		struct exec_timer timer;
		struct farm *farm;
		enum fleet_stop reason;
	} stops[2];
	size_t stop_count;
};

/* `hosts`: comma-separated host ranges. `scenario`: the members of a scenario without schema,
 * e.g. "\"seed\": 1". */
void farm_init(struct farm *farm, const char *hosts, const char *scenario);
/* The same on real threads and in real time: the pool has `threads`; farm_release() then checks
 * that the loop closes. */
void farm_init_real(struct farm *farm, unsigned threads, const char *hosts, const char *scenario);
/* Keeps a journal, in memory. A logoff that has an effect before its intent is durable fails the
 * test. */
void farm_keep_journal(struct farm *farm);
/* Runs until virtual time `at_ms`, where the process "is killed": nothing more is done, the
 * journal is what was durable. */
void farm_run_until(struct farm *farm, int64_t at_ms);
/* Has the run stopped at virtual time `at_ms`, twice at most. Before farm_run() and its like. */
void farm_stop_at(struct farm *farm, int64_t at_ms, enum fleet_stop reason);
/* How much of the journal is durable by now; `lost` what is written but not yet durable: a crash
 * may leave any part of it. */
size_t farm_durable(struct farm *farm, size_t *ret_lost);
/* A new process on the same simulated fleet, which goes on from the crashed one's journal.
 * `keep_bytes` of the journal are left. */
void farm_init_resumed(struct farm *farm, struct farm *crashed, size_t keep_bytes);
void farm_run(struct farm *farm); /* to the end, and a little more for late results */
void farm_start(struct farm *farm);
/* Runs it to its end; on real threads also until what was left behind has been let go and has
 * come back. */
void farm_finish(struct farm *farm);
void farm_release(struct farm *farm);

struct rep_host *farm_host(struct farm *farm, const char *name);
/* The first row of that id, or of that id and user; fails the test where there is none. */
struct rep_session *farm_row(struct farm *farm, const char *host, uint32_t id);
struct rep_session *farm_row_of(struct farm *farm, const char *host, uint32_t id, const char *user);
const char *farm_error(struct farm *farm, uint16_t error); /* its name, "" none */

/* Whether that user's session with that id is on the host now, in truth. */
bool farm_present(struct farm *farm, const char *host, uint32_t id, const char *user);
/* The same of a row's very session, and whether it is disconnected. */
bool farm_row_present(struct farm *farm, const char *host, const struct rep_session *row,
		      bool *ret_disconnected);
/* Whether that account has a session on that host now, whichever; NULL: anywhere in the farm. */
bool farm_account_on(struct farm *farm, const char *host, const char *domain, const char *user);
/* Users with a session in the whole farm now. */
unsigned farm_users_present(struct farm *farm);

/* The drain mode the host is in at that time of day, in truth. */
enum session_drain farm_drain_at(struct farm *farm, const char *host, int64_t t_ms);
/* Somebody else sets it, now. Not while the run is on. False: the host has a fault there. */
bool farm_set_drain(struct farm *farm, const char *host, enum session_drain mode);

/* The record in short, a line a host, to compare with what is expected:
 *   h1 partial CALL_TIMEOUT: 2 alice logged_off; 3 bob skipped/protected; 4 eve failed
 * ERROR_ACCESS_DENIED; of a host whose drain mode was looked at `[off on off]` before the colon:
 * before, during, after, `-` unknown; without the rows of services, listener and nobody. Borrowed until the next
 * call. */
const char *farm_picture(struct farm *farm);

/* A table of runs, one test a row. */
struct farm_row {
	const char *name; /* subject__circumstance__expectation */
	const char *hosts, *scenario;
	void (*set)(struct farm *farm); /* options and selection; may be NULL */
	int exit_code;
	const char *stopped_by;
	const char *picture;		  /* NULL: not compared */
	void (*check)(struct farm *farm); /* more; may be NULL */
};
int farm_run_table(const char *group, const struct farm_row *rows, size_t count);

/* Fails the test where the record and the ground truth disagree: reported gone and not gone, asked
 * and not reported, asked without having been selected, seen and not in the record; a drain mode
 * that is not what the record says, or that was to be put back and was not, without an error. */
void farm_check_truth(struct farm *farm);
void farm_check_drain(struct farm *farm); /* its part about drain modes */

/* The texts that courtesy tests use: what happened can be told from them. */
#define FARM_WARNING	"{minutes} min until {time}"
#define FARM_CALLED_OFF "not at {time}"

/* The same for warnings (options.notify with the texts above): nobody who is connected is logged off before
 * the grace of his own last first warning is over; nobody is warned who was not selected; whoever was
 * warned and stays when the run is stopped has been told, or the report says that he could not be. `strict`: no fault
 * and no second interrupt stands in the way of that. */
void farm_check_courtesy(struct farm *farm, bool strict);

/* Fails the test where a run that was stopped leaves more users in the belief that they will be logged off, told so by
 * whichever of its processes, than it says it does. */
void farm_check_untold(struct farm *farm);

/* Whether any line of the journal begins with that event of that host, and holds both texts. */
bool farm_journal_has(const struct farm *farm, const char *event, const char *host,
		      const char *text, const char *more);

#define assert_outcome(row, expected)                                                              \
	assert_string_equal(rep_session_outcome_name((enum rep_session_outcome)(row)->outcome),    \
			    expected)
#define assert_reason(row, expected)                                                               \
	assert_string_equal(rep_reason_name((enum rep_reason)(row)->reason), expected)
#define assert_host(farm, name, expected)                                                          \
	assert_string_equal(                                                                       \
		rep_host_outcome_name((enum rep_host_outcome)farm_host(farm, name)->outcome),      \
		expected)

#endif
