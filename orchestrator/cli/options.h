/*
 * options.h - one table of options, which the parser and the help read.
 *
 * The same word means the same thing in every command. Long options take `--opt value` and
 * `--opt=value`, short ones `-u value` and `-uvalue`; `--` ends them; options and other arguments
 * may be mixed. Nothing may be given twice that cannot be repeated, and no value may be empty.
 * Ownership: values that are texts point into the arguments, which must outlive the struct.
 */
#ifndef RDSWEEP_OPTIONS_H
#define RDSWEEP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "commands.h"
#include "fleet.h"
#include "strbuf.h"

enum option_group {
	OPTION_FLEET,
	OPTION_BACKEND,
	OPTION_SELECTION,
	OPTION_SAFETY,
	OPTION_COURTESY,
	OPTION_WORK,
	OPTION_OUTPUT,
	OPTION_GROUP_COUNT
};

enum option_kind {
	OPTION_FLAG,	 /* bool */
	OPTION_TEXT,	 /* const char * */
	OPTION_TEXTS,	 /* struct option_texts; the only kind besides CHOICES that repeats */
	OPTION_INTEGER,	 /* int64_t, min to max */
	OPTION_DURATION, /* int64_t, milliseconds, min to max */
	OPTION_CHOICE,	 /* int: index of the choice */
	OPTION_CHOICES,	 /* uint32_t: bits of the choices */
	OPTION_SHARD,	 /* struct option_shard */
	OPTION_WAVES,	 /* struct option_waves */
	OPTION_FAILURES, /* struct option_failures */
	OPTION_KIND_COUNT
};

struct option {
	const char *name;     /* without the dashes */
	char letter;	      /* 0: none */
	const char *argument; /* what stands for the value in the help; NULL for a flag */
	enum option_kind kind;
	enum option_group group;
	uint32_t commands; /* bits 1 << enum command_id */
	size_t offset;	   /* in struct options */
	int64_t min, max;
	const char *const *choices; /* NULL-terminated */
	const char *help;
};

struct option_texts {
	const char **items;
	size_t count;
};

struct option_shard {
	uint32_t k, n; /* 0: not given */
};

struct option_waves {
	struct fleet_wave *items;
	size_t count;
};

struct option_failures {
	int64_t amount; /* -1: no limit */
	bool percent;
};

enum option_backend { BACKEND_UNSET = -1, BACKEND_WINDOWS, BACKEND_TSTS, BACKEND_SIM };
enum option_format { FORMAT_UNSET = -1, FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV };
enum option_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
enum option_progress { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };
enum option_probe { PROBE_TCP, PROBE_NONE };
enum option_drain { DRAIN_UNSET = -1, DRAIN_RUN, DRAIN_RESTART, DRAIN_KEEP };
enum option_failed { FAILED_UNSET = -1, FAILED_SKIP, FAILED_CONTINUE, FAILED_ABORT };

/* Bits of --state. */
#define OPTION_STATE_ACTIVE	  (1u << 0)
#define OPTION_STATE_DISCONNECTED (1u << 1)

#define OPTION_MAX_AGE_MS (INT64_C(24) * 3600 * 1000)

/* What was given, or the defaults. */
struct options {
	bool help;
	/* fleet */
	struct option_texts inventories;
	const char *limit;
	struct option_shard shard;
	/* backend */
	int backend; /* enum option_backend */
	const char *sim, *sim_state;
	const char *auth_file; /* NULL: the Kerberos ticket */
	/* selection */
	bool all;
	struct option_texts users, user_files, not_users, protect;
	uint32_t states;
	int64_t idle_ms;    /* -1: not given */
	int64_t session_id; /* -1: not given */
	const char *plan;   /* NULL: none */
	bool include_console, include_vms;
	/* safety */
	bool dry_run, yes;
	int64_t max_age_ms; /* -1: not given, which is OPTION_MAX_AGE_MS */
	bool force_if_hung, reset;
	int64_t max_sessions; /* -1: no limit */
	struct option_failures max_failures;
	struct option_waves waves;
	int64_t wave_pause_ms;
	int64_t max_closing; /* -1: no limit */
	int64_t sweep;	     /* -1: not given */
	int drain;	     /* enum option_drain */
	int drain_failed;    /* enum option_failed; not given: skip */
	const char *reason;
	/* courtesy */
	const char *notify;		   /* NULL: nobody is warned */
	int64_t grace_ms, notify_again_ms; /* -1: not given */
	bool grace_disconnected;
	int notify_failed; /* an index of the choices, in the order of enum fleet_failed; -1: not given */
	const char *notify_cancelled; /* NULL: the text that is built in */
	/* work */
	int64_t concurrency;
	int64_t connect_timeout_ms, call_timeout_ms, host_timeout_ms;
	int64_t run_timeout_ms; /* -1: none */
	int64_t verify_timeout_ms, verify_interval_ms;
	int probe; /* enum option_probe */
	bool wait;
	int64_t retries, retry_delay_ms;
	/* review of reports */
	int by;		     /* enum rep_by; -1: not given */
	const char *only;    /* NULL: not given */
	const char *outcome; /* NULL: not given */
	struct option_texts hosts;
	/* output */
	struct option_texts reports;
	bool overwrite;
	const char *journal; /* NULL: the default */
	int format;	     /* enum option_format */
	int progress;	     /* enum option_progress */
	int color;	     /* enum option_color */
	bool quiet, verbose;
	const char *drain_to; /* the mode of `drain`, which is no option; "" none */
	const char *message;  /* TEXT of `message`, which is no option; "" none */
	/* what is no option, in order */
	struct option_texts arguments;
};

/* The whole table, in the order of the help. */
const struct option *options_table(size_t *ret_count);
const char *option_group_name(enum option_group group);

void options_init(struct options *options); /* the defaults */
void options_release(struct options *options);

/* Reads a command's arguments. 0; -1 with one line in *reterr (unescaped), or an empty one when
 * memory is short.
 * `--help` stops the reading: then only `help` says something. */
int options_parse(struct options *options, const struct command *command,
		  const struct command *commands, size_t command_count, int argc, char **argv,
		  struct strbuf *reterr);

#endif
