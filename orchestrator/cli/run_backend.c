/* run_backend.c - see run_backend.h. */
#include "run_backend.h"

#include "cli_error.h"
#include "platform_file.h"
#include "platform_process.h"
#include "run_tsts.h"
#include "session_sim.h"
#ifdef _WIN32
#include "session_wts.h"
#endif

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

/* What the simulator needs from us; outlives the backend. */
struct run_sim {
	uv_mutex_t mutex; /* of the model, which many workers use */
	struct sim_scenario *scenario;
	struct strbuf state_text; /* what the state file held */
	struct file_lines *state; /* NULL: nothing is kept */
};

void run_backend_init(struct run_backend *backend)
{
	*backend = (struct run_backend){ .own_domain = "", .own_user = "" };
	strbuf_init(&backend->own_text);
}

static void sim_free(struct run_sim *sim)
{
	if (!sim)
		return;
	sim_scenario_free(sim->scenario);
	strbuf_release(&sim->state_text);
	file_lines_close(sim->state);
	uv_mutex_destroy(&sim->mutex);
	free(sim);
}

void run_backend_release(struct run_backend *backend)
{
	session_backend_destroy(backend->backend);
	sim_free(backend->sim);
	strbuf_release(&backend->own_text);
	run_backend_init(backend);
}

const char *run_backend_names(void)
{
#ifdef _WIN32
	return "windows, sim";
#else
	return run_tsts_is_built() ? "tsts, sim" : "sim";
#endif
}

/* What is meant where nothing is said: a scenario's fleet, else the real one where there is one. */
static enum option_backend backend_of(const struct options *options)
{
	if (options->backend != BACKEND_UNSET)
		return (enum option_backend)options->backend;
	if (options->sim)
		return BACKEND_SIM;
#ifdef _WIN32
	return BACKEND_WINDOWS;
#else
	return run_tsts_is_built() ? BACKEND_TSTS : BACKEND_UNSET;
#endif
}

static int check_windows(void)
{
#ifdef _WIN32
	return 0;
#else
	return cli_usage("backend 'windows' works on Windows only; here a fleet can be simulated "
			 "with --sim SCENARIO.json");
#endif
}

const char *run_backend_name(const struct options *options)
{
	enum option_backend backend = backend_of(options);

	return backend == BACKEND_TSTS ? "tsts" : backend == BACKEND_WINDOWS ? "windows" : "sim";
}

int run_backend_check(const struct options *options)
{
	enum option_backend backend = backend_of(options);

	if (backend != BACKEND_SIM && options->sim)
		return cli_usage("'--sim' and '--backend %s' exclude each other",
				 run_backend_name(options));
	if (!options->sim && options->sim_state)
		return cli_usage("'--sim-state' needs --sim SCENARIO.json");
	if (backend == BACKEND_TSTS)
		return run_tsts_check(options);
	if (options->auth_file)
		return cli_usage("'--auth-file' goes with the backend 'tsts'");
	if (backend == BACKEND_WINDOWS && check_windows() != 0)
		return EXIT_USAGE;
	if (backend == BACKEND_SIM && !options->sim)
		return cli_usage("'--backend sim' needs --sim SCENARIO.json");
	if (backend == BACKEND_UNSET)
		return cli_usage(
			"this system has no backend for real hosts; give --sim SCENARIO.json to "
			"simulate a fleet");
	return 0;
}

static int parse_scenario(struct run_sim *sim, const char *path)
{
	struct sim_problems problems;
	struct strbuf bytes;
	const char *why;
	int code = 0;

	sim_problems_init(&problems);
	strbuf_init(&bytes);
	if (file_read(path, &bytes, &why) < 0) {
		code = cli_usage("cannot read scenario '%s': %s", path, why);
	} else if (sim_scenario_parse(&sim->scenario, strbuf_text(&bytes), bytes.len, &problems) <
		   0) {
		for (size_t i = 0; i < problems.count; i++)
			code = cli_usage("%s:%d:%d: %s", path, problems.items[i].line,
					 problems.items[i].column, problems.items[i].message);
		code = code ? code : cli_no_memory();
	}
	strbuf_release(&bytes);
	sim_problems_release(&problems);
	return code;
}

/* The effects that earlier processes had. A file that is not there yet is empty. */
static int read_state(struct run_sim *sim, const char *path)
{
	const char *why;

	sim->state = file_lines_open(path, &why);
	if (!sim->state)
		return cli_usage("cannot open simulator state '%s': %s", path, why);
	if (file_read(path, &sim->state_text, &why) < 0)
		return cli_usage("cannot read simulator state '%s': %s", path, why);
	return 0;
}

int run_backend_load(struct run_backend *backend, const struct options *options)
{
	struct run_sim *sim;
	int code;

	if (backend_of(options) != BACKEND_SIM)
		return 0;
	sim = calloc(1, sizeof(*sim));
	if (!sim)
		return cli_no_memory();
	if (uv_mutex_init(&sim->mutex) < 0) {
		free(sim);
		return cli_no_memory();
	}
	strbuf_init(&sim->state_text);
	backend->sim = sim;
	code = parse_scenario(sim, options->sim);
	if (!code && options->sim_state)
		code = read_state(sim, options->sim_state);
	return code;
}

static void lock(void *ctx)
{
	uv_mutex_lock(ctx);
}

static void unlock(void *ctx)
{
	uv_mutex_unlock(ctx);
}

static int keep_line(void *ctx, const char *line, size_t len)
{
	return file_lines_append(ctx, line, len);
}

/* `DOMAIN\user` in its two halves; NULL: not known. */
static int take_self(struct run_backend *backend, const char *self)
{
	const char *backslash = self ? strchr(self, '\\') : NULL;

	if (!backslash)
		return 0;
	strbuf_add(&backend->own_text, self, (size_t)(backslash - self));
	strbuf_addc(&backend->own_text, '\0');
	strbuf_adds(&backend->own_text, backslash + 1);
	if (backend->own_text.failed)
		return cli_no_memory();
	backend->own_domain = backend->own_text.data;
	backend->own_user = backend->own_text.data + (backslash - self) + 1;
	return 0;
}

/* A line that a crash has torn is cut off, so that the next one begins on its own. */
static int cut_torn_line(struct run_sim *sim, const char *path, const struct sim_replay *replay)
{
	const char *why;

	if (!replay->torn || !sim->state)
		return 0;
	if (file_lines_cut(sim->state, replay->sound_len, &why) < 0)
		return cli_usage("cannot mend simulator state '%s': %s", path, why);
	return 0;
}

static int open_sim(struct run_backend *backend, const struct options *options,
		    const struct session_clock *clock)
{
	struct run_sim *sim = backend->sim;
	struct session_sim_options sim_options = {
		.scenario = sim->scenario,
		.clock = clock,
		.start_ms = clock->wall_ms(clock->ctx),
		.lock = lock,
		.unlock = unlock,
		.lock_ctx = &sim->mutex,
		.state_write = sim->state ? keep_line : NULL,
		.state_ctx = sim->state,
		.state_bytes = sim->state_text.data,
		.state_len = sim->state_text.len,
	};
	struct sim_replay replay = { 0 };
	int code;

	if (session_sim_create(&backend->backend, &sim_options, &replay) < 0) {
		if (!replay.message[0])
			return cli_no_memory();
		return cli_usage("%s:%lu: %s", options->sim_state, (unsigned long)replay.lines,
				 replay.message);
	}
	sim->scenario = NULL; /* the backend's now */
	strbuf_release(&sim->state_text);
	code = cut_torn_line(sim, options->sim_state, &replay);
	return code ? code : take_self(backend, session_sim_self_user(backend->backend));
}

#ifdef _WIN32
static int open_windows(struct run_backend *backend, const struct session_clock *clock)
{
	const struct session_wts_options wts_options = { .clock = clock };
	struct strbuf operator_;
	uint32_t why;
	int code;

	if (session_wts_create(&backend->backend, &wts_options, &why) < 0)
		return cli_failed("cannot use this system's wtsapi32.dll: Windows error %lu",
				  (unsigned long)why);
	strbuf_init(&operator_);
	process_operator(&operator_);
	code = operator_.failed ? cli_no_memory() : take_self(backend, strbuf_text(&operator_));
	strbuf_release(&operator_);
	return code;
}
#endif

/* Hosts know us by the account of the ticket, or of the auth file. */
static int open_tsts(struct run_backend *backend, const struct options *options,
		     const struct session_clock *clock, const struct run_backend_fleet *fleet)
{
	int code = run_tsts_open(&backend->backend, options, clock, fleet->hosts, fleet->host_count,
				 fleet->calls);

	return code ? code : take_self(backend, run_tsts_account(backend->backend));
}

int run_backend_open(struct run_backend *backend, const struct options *options,
		     const struct session_clock *clock, const struct run_backend_fleet *fleet)
{
#ifdef _WIN32
	if (backend_of(options) == BACKEND_WINDOWS)
		return open_windows(backend, clock);
#endif
	if (backend_of(options) == BACKEND_TSTS)
		return open_tsts(backend, options, clock, fleet);
	return open_sim(backend, options, clock);
}
