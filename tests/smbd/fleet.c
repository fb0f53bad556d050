#include "fleet.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform_file.h"
#include "strbuf.h"

#define ADDRESS_SIZE 64
#define NAME_SIZE    256

struct fleet_host {
	char address[ADDRESS_SIZE];
	char name[NAME_SIZE];
	uint32_t number; /* the model's */
	struct fleet_listed *listed;
	size_t listed_count;
	size_t listed_cap;
};

struct fleet {
	pthread_mutex_t lock;
	struct sim_scenario *scenario;
	struct sim_model *model;
	struct file_lines *state; /* NULL: not kept */
	struct fleet_host *hosts;
	size_t host_count;
};

int64_t fleet_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int keep_line(void *ctx, const char *line, size_t len)
{
	return file_lines_append(ctx, line, len);
}

static int complain(const char *path, const char *what)
{
	fprintf(stderr, "%s: %s\n", path, what);
	return -1;
}

static int read_scenario(struct fleet *fleet, const char *path)
{
	struct sim_problems problems;
	struct strbuf bytes;
	const char *why;
	int result;

	strbuf_init(&bytes);
	sim_problems_init(&problems);
	result = file_read(path, &bytes, &why) < 0 ? complain(path, why) : 0;
	if (result == 0)
		result = sim_scenario_parse(&fleet->scenario, strbuf_text(&bytes), bytes.len,
					    &problems);
	for (size_t i = 0; i < problems.count; i++)
		fprintf(stderr, "%s:%d:%d: %s\n", path, problems.items[i].line,
			problems.items[i].column, problems.items[i].message);
	sim_problems_release(&problems);
	strbuf_release(&bytes);
	return result;
}

/* What earlier processes did to this fleet. */
static int replay_state(struct fleet *fleet, const char *path)
{
	struct sim_replay replay;
	struct strbuf bytes;
	const char *why;
	int result = 0;

	strbuf_init(&bytes);
	if (file_read(path, &bytes, &why) < 0)
		result = complain(path, why);
	else if (sim_model_replay_all(fleet->model, strbuf_text(&bytes), bytes.len, &replay) != 0)
		result = complain(path, replay.message);
	else if (replay.torn && file_lines_cut(fleet->state, replay.sound_len, &why) < 0)
		result = complain(path, why);
	strbuf_release(&bytes);
	return result;
}

static int make_model(struct fleet *fleet, const char *state)
{
	struct sim_model_options options = { .scenario = fleet->scenario,
					     .start_ms = fleet_now_ms() };
	const char *why;

	if (state) {
		fleet->state = file_lines_open(state, &why);
		if (!fleet->state)
			return complain(state, why);
		options.sink = keep_line;
		options.sink_ctx = fleet->state;
	}
	if (sim_model_create(&fleet->model, &options) != 0)
		return complain("simulator", "no memory");
	return state ? replay_state(fleet, state) : 0;
}

static int add_host(struct fleet *fleet, const char *line)
{
	struct fleet_host *hosts =
		realloc(fleet->hosts, (fleet->host_count + 1) * sizeof(*fleet->hosts));
	struct fleet_host *host;

	if (!hosts)
		return -1;
	fleet->hosts = hosts;
	host = &hosts[fleet->host_count];
	memset(host, 0, sizeof(*host));
	if (sscanf(line, "%63s %255s", host->address, host->name) != 2)
		return -1;
	fleet->host_count++;
	return sim_model_host(fleet->model, host->name, &host->number);
}

static int read_hosts(struct fleet *fleet, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[ADDRESS_SIZE + NAME_SIZE];
	int result = 0;

	if (!file)
		return complain(path, strerror(errno));
	while (result == 0 && fgets(line, sizeof(line), file))
		if (line[0] != '#' && line[0] != '\n' && add_host(fleet, line) != 0)
			result = complain(path, "expected lines 'ADDRESS NAME'");
	(void)fclose(file);
	return result;
}

struct fleet *fleet_create(const struct fleet_options *options)
{
	struct fleet *fleet = calloc(1, sizeof(*fleet));

	if (fleet && pthread_mutex_init(&fleet->lock, NULL) == 0 &&
	    read_scenario(fleet, options->scenario) == 0 &&
	    make_model(fleet, options->state) == 0 && read_hosts(fleet, options->hosts) == 0)
		return fleet;
	free(fleet); /* the process ends here */
	return NULL;
}

struct fleet_host *fleet_host_at(struct fleet *fleet, const char *address)
{
	for (size_t i = 0; i < fleet->host_count; i++)
		if (strcmp(fleet->hosts[i].address, address) == 0)
			return &fleet->hosts[i];
	return NULL;
}

const char *fleet_host_name(const struct fleet_host *host)
{
	return host->name;
}

/* --- calls */

static void sleep_us(int64_t us)
{
	struct timespec left = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };

	while (us > 0 && nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

static void wait_for_hang_up(int fd)
{
	struct pollfd poll_fd = { .fd = fd };

	while (poll(&poll_fd, 1, -1) < 0 && errno == EINTR)
		;
}

bool fleet_begin(struct fleet *fleet, struct fleet_host *host, enum sim_call kind, uint32_t id,
		 int fd, struct fleet_call *ret)
{
	*ret = (struct fleet_call){ .fleet = fleet, .model = fleet->model, .host = host->number };
	pthread_mutex_lock(&fleet->lock);
	sim_model_plan(fleet->model, host->number, kind, id, fleet_now_ms(), &ret->step);
	pthread_mutex_unlock(&fleet->lock);
	sleep_us(ret->step.latency_us);
	if (ret->step.hang) {
		wait_for_hang_up(fd);
		return false;
	}
	ret->now_ms = fleet_now_ms();
	pthread_mutex_lock(&fleet->lock);
	return true;
}

void fleet_peek(struct fleet *fleet, struct fleet_host *host, struct fleet_call *ret)
{
	*ret = (struct fleet_call){ .fleet = fleet,
				    .model = fleet->model,
				    .host = host->number,
				    .now_ms = fleet_now_ms() };
	pthread_mutex_lock(&fleet->lock);
}

void fleet_end(struct fleet_call *call)
{
	pthread_mutex_unlock(&call->fleet->lock);
}

/* --- what was listed */

void fleet_listed_release(struct fleet_listed *listed)
{
	free(listed->station);
	free(listed->domain);
	free(listed->user);
	memset(listed, 0, sizeof(*listed));
}

int fleet_listed_start(struct fleet_host *host, size_t bound)
{
	struct fleet_listed *listed;

	while (host->listed_count)
		fleet_listed_release(&host->listed[--host->listed_count]);
	listed = realloc(host->listed, (bound + 1) * sizeof(*listed));
	if (!listed)
		return -1;
	host->listed = listed;
	host->listed_cap = bound + 1;
	return 0;
}

int fleet_listed_add(struct fleet_host *host, const struct sim_view *view)
{
	struct fleet_listed *listed;

	if (host->listed_count == host->listed_cap)
		return -1;
	listed = &host->listed[host->listed_count++];
	*listed = (struct fleet_listed){ .id = view->id,
					 .state = view->state,
					 .station = strdup(view->station),
					 .domain = strdup(view->domain),
					 .user = strdup(view->user) };
	return listed->station && listed->domain && listed->user ? 0 : -1;
}

bool fleet_listed_take(struct fleet *fleet, struct fleet_host *host, uint32_t id,
		       struct fleet_listed *ret)
{
	bool found = false;

	pthread_mutex_lock(&fleet->lock);
	for (size_t i = 0; i < host->listed_count && !found; i++) {
		if (host->listed[i].id != id)
			continue;
		*ret = host->listed[i];
		host->listed[i] = host->listed[--host->listed_count];
		found = true;
	}
	pthread_mutex_unlock(&fleet->lock);
	return found;
}
