/* The backend in front of a stand-in connector (fake_connector.c), which does as the host's name
 * says. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "session_tsts.h"

static int64_t no_time(void *ctx)
{
	(void)ctx;
	return 0;
}

static const struct session_clock clock_ = { .now_us = no_time, .wall_ms = no_time };
static char log_path[] = "/tmp/rdsweep-fake-XXXXXX";

static struct session_backend *make_backend(unsigned connectors)
{
	const struct session_tsts_options options = { .clock = &clock_,
						      .connector = FAKE_CONNECTOR,
						      .connectors = connectors };
	char why[SESSION_TSTS_WHY_SIZE] = "";
	struct session_backend *backend = NULL;

	assert_int_equal(truncate(log_path, 0), 0);
	if (session_tsts_create(&backend, &options, why) != 0)
		fail_msg("%s", why);
	return backend;
}

/* Everything that was started is gone, and waited for. */
static void end_backend(struct session_backend *backend)
{
	session_backend_destroy(backend);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static struct session_host *open_host(struct session_backend *backend, const char *name)
{
	struct session_host *host = NULL;
	struct session_error error;

	assert_int_equal(session_open(backend, name, "192.0.2.1", &host, &error), 0);
	return host;
}

/* How often `what` was noted by a connector. */
static int noted(const char *what)
{
	FILE *file = fopen(log_path, "r");
	char line[300];
	int count = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		count += strstr(line, what) != NULL;
	(void)fclose(file);
	return count;
}

static void list_fails(struct session_host *host, enum session_api api, uint32_t code)
{
	struct session_error error = { .api = SESSION_API_RDSWEEP };
	struct session_list list;

	assert_int_equal(session_enumerate(host, &list, &error), -1);
	assert_int_equal(error.api, api);
	assert_int_equal(error.code, code);
}

static void list_works(struct session_host *host)
{
	struct session_error error = { .api = SESSION_API_RDSWEEP };
	struct session_list list;

	assert_int_equal(session_enumerate(host, &list, &error), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[1].user, "alice");
	session_list_release(&list);
}

static int act_if(struct session_host *host, enum session_act act, enum session_seen *ret_seen,
		  struct session_error *reterr)
{
	struct session_permit permit;
	struct session_details details;
	const struct session_order order = { .want = { 2, "CORP", "alice", 1000 },
					     .condition = { 0, -1 },
					     .act = act,
					     .not_after_us = 1,
					     .permit = &permit };

	session_permit_init(&permit);
	return session_act_if(host, &order, ret_seen, &details, reterr);
}

/* --- what works */

static void session_tsts__whole_visit__one_connector(void **state)
{
	struct session_backend *backend = make_backend(4);
	const struct session_message message = { "title", "text", 60 };
	struct session_error error = { .api = SESSION_API_RDSWEEP };
	struct session_details details;
	enum session_seen seen = SESSION_SEEN_GONE;

	(void)state;
	assert_string_equal(session_tsts_account(backend), "CORP\\admin");
	for (int i = 0; i < 10; i++) {
		struct session_host *host = open_host(backend, "good");

		list_works(host);
		assert_int_equal(session_details(host, 2, &details, &error), 0);
		assert_string_equal(details.user, "alice");
		assert_int_equal(details.idle_s, 60);
		assert_int_equal(session_message(host, 2, &message, &error), 0);
		assert_int_equal(act_if(host, SESSION_ACT_LOGOFF, &seen, &error), 0);
		assert_int_equal(seen, SESSION_SEEN_SAME);
		assert_int_equal(act_if(host, SESSION_ACT_DISCONNECT, &seen, &error), 0);
		session_close(host);
	}
	assert_int_equal(noted("starts"), 1);
	assert_int_equal(noted("logoff"), 10);
	assert_int_equal(session_tsts_connectors(backend), 1);
	end_backend(backend);
}

static void session_tsts__never_asked__needs_no_connector(void **state)
{
	struct session_backend *backend = make_backend(1);

	(void)state;
	session_close(open_host(backend, "good"));
	assert_int_equal(noted("starts"), 1); /* the one that looked at the credentials */
	end_backend(backend);
}

/* --- acts */

static void session_tsts__act_without_aim__is_not_carried_out(void **state)
{
	struct session_backend *backend = make_backend(1);
	struct session_host *host = open_host(backend, "good");
	struct session_error error = { .api = SESSION_API_RDSWEEP };

	(void)state;
	list_works(host);
	assert_int_equal(backend->ops->logoff(host, 2, false, &error), -1);
	assert_int_equal(error.api, SESSION_API_LOGOFF_SESSION);
	assert_int_equal(error.code, 1727);
	assert_int_equal(backend->ops->aim(host, 2, &error), 0);
	assert_int_equal(backend->ops->logoff(host, 3, false, &error), -1); /* another one */
	assert_int_equal(error.code, 1727);
	assert_int_equal(noted("logoff"), 0);
	session_close(host);
	end_backend(backend);
}

static void session_tsts__services_and_listeners__are_refused(void **state)
{
	static const uint32_t never[] = { 0, 65536, 0xFFFFFFFFu, 0xFFFFFFFEu };
	struct session_backend *backend = make_backend(1);
	struct session_host *host = open_host(backend, "good");
	const struct session_message message = { "title", "text", 60 };
	struct session_error error = { .api = SESSION_API_RDSWEEP };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(backend->ops->aim(host, never[i], &error), -1);
		assert_int_equal(backend->ops->logoff(host, never[i], false, &error), -1);
		assert_int_equal(error.code, 87);
		assert_int_equal(backend->ops->disconnect(host, never[i], &error), -1);
		assert_int_equal(session_message(host, never[i], &message, &error), -1);
		assert_int_equal(error.code, 87);
	}
	assert_int_equal(backend->ops->logoff(host, 2, true, &error), -1);
	assert_int_equal(error.code, 50);
	session_close(host);
	end_backend(backend);
}

/* --- what goes wrong */

static const struct wrong_row {
	const char *host;
	enum session_api api;
	uint32_t code;
	bool dies; /* and takes its connector with it */
} wrong_rows[] = {
	{ "open-deny", SESSION_API_ENUMERATE_SESSIONS_EX, 5, false },
	{ "open-die", SESSION_API_OPEN_SERVER_EX, 1726, true },
	{ "open-lie", SESSION_API_OPEN_SERVER_EX, 1726, true },
	{ "open-late", SESSION_API_OPEN_SERVER_EX, 1726, true },
	{ "list-deny", SESSION_API_ENUMERATE_SESSIONS_EX, 5, false },
	{ "list-die", SESSION_API_ENUMERATE_SESSIONS_EX, 1726, true },
	{ "list-lie", SESSION_API_ENUMERATE_SESSIONS_EX, 1726, true },
	{ "list-late", SESSION_API_ENUMERATE_SESSIONS_EX, 1726, true },
};

static void session_tsts__wrong_answers__cost_one_call(void **state)
{
	struct session_backend *backend = make_backend(1);

	(void)state;
	for (size_t i = 0; i < sizeof(wrong_rows) / sizeof(wrong_rows[0]); i++) {
		const struct wrong_row *row = &wrong_rows[i];
		struct session_host *host = open_host(backend, row->host), *next;

		list_fails(host, row->api, row->code);
		assert_int_equal(session_tsts_connectors(backend), row->dies ? 0 : 1);
		session_close(host);
		next = open_host(backend, "good");
		list_works(next);
		session_close(next);
	}
	end_backend(backend);
}

static void session_tsts__connector_dies_in_the_act__is_in_doubt(void **state)
{
	struct session_backend *backend = make_backend(1);
	struct session_host *host = open_host(backend, "logoff-die");
	struct session_error error = { .api = SESSION_API_RDSWEEP };
	enum session_seen seen;

	(void)state;
	list_works(host);
	assert_int_equal(act_if(host, SESSION_ACT_LOGOFF, &seen, &error), -1);
	assert_int_equal(error.api, SESSION_API_LOGOFF_SESSION);
	assert_int_equal(error.code, 1726);
	list_works(host); /* over a connection of its own */
	assert_int_equal(noted("starts"), 2);
	session_close(host);
	end_backend(backend);
}

static void session_tsts__close_that_hangs__does_not(void **state)
{
	struct session_backend *backend = make_backend(1);
	struct session_host *host = open_host(backend, "close-die"), *next;

	(void)state;
	list_works(host);
	session_close(host);
	/* Its connector has died, or is going to: the next host gets another one. */
	next = open_host(backend, "good");
	list_works(next);
	session_close(next);
	end_backend(backend);
}

/* --- how many */

static void session_tsts__many_hosts_wait__few_connectors(void **state)
{
	struct session_backend *backend = make_backend(2);
	struct session_host *hosts[20];

	(void)state;
	for (int i = 0; i < 20; i++) {
		hosts[i] = open_host(backend, "good");
		list_works(hosts[i]);
	}
	for (int i = 0; i < 20; i++)
		list_works(hosts[i]); /* those whose connector was taken connect again */
	assert_int_equal(session_tsts_connectors(backend), 2);
	assert_int_equal(noted("starts"), 2);
	for (int i = 0; i < 20; i++)
		session_close(hosts[i]);
	end_backend(backend);
}

static void session_tsts__aimed__keeps_its_connector(void **state)
{
	struct session_backend *backend = make_backend(1);
	struct session_host *host = open_host(backend, "good"), *others[5];
	struct session_error error = { .api = SESSION_API_RDSWEEP };

	(void)state;
	assert_int_equal(backend->ops->aim(host, 2, &error), 0);
	for (int i = 0; i < 5; i++) {
		others[i] = open_host(backend, "good");
		list_works(others[i]);
	}
	assert_int_equal(backend->ops->logoff(host, 2, false, &error), 0);
	for (int i = 0; i < 5; i++)
		session_close(others[i]);
	session_close(host);
	/* What was more than wanted went with its host. */
	assert_int_equal(session_tsts_connectors(backend), 1);
	end_backend(backend);
}

/* --- ending a call */

struct asker {
	pthread_t thread;
	struct session_host *host;
	int result;
	struct session_error error;
};

static void *ask(void *ctx)
{
	struct asker *asker = ctx;
	struct session_list list;

	asker->result = session_enumerate(asker->host, &list, &asker->error);
	if (asker->result == 0)
		session_list_release(&list);
	return NULL;
}

static void wait_until_noted(const char *what, int count)
{
	const struct timespec moment = { 0, 1000000 };

	while (noted(what) < count)
		(void)nanosleep(&moment, NULL);
}

static void session_tsts__abandoned__comes_back(void **state)
{
	static const struct {
		const char *host;
		enum session_api api;
	} rows[] = { { "open-hang", SESSION_API_OPEN_SERVER_EX },
		     { "list-hang", SESSION_API_ENUMERATE_SESSIONS_EX } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct session_backend *backend = make_backend(1);
		struct asker asker = { .host = open_host(backend, rows[i].host) };

		assert_int_equal(pthread_create(&asker.thread, NULL, ask, &asker), 0);
		wait_until_noted("hangs", 1);
		session_abandon(asker.host);
		assert_int_equal(pthread_join(asker.thread, NULL), 0);
		assert_int_equal(asker.result, -1);
		assert_int_equal(asker.error.api, rows[i].api);
		assert_int_equal(asker.error.code, 995);
		assert_int_equal(session_tsts_connectors(backend), 0);
		list_fails(asker.host, SESSION_API_OPEN_SERVER_EX, 995); /* for good */
		session_close(asker.host);
		end_backend(backend);
	}
}

static void session_tsts__abandoned_at_rest__spares_the_connector(void **state)
{
	struct session_backend *backend = make_backend(1);
	struct session_host *host = open_host(backend, "good"), *next;

	(void)state;
	list_works(host);
	session_abandon(host);
	list_fails(host, SESSION_API_OPEN_SERVER_EX, 995);
	session_close(host);
	next = open_host(backend, "good");
	list_works(next);
	assert_int_equal(noted("starts"), 1);
	session_close(next);
	end_backend(backend);
}

/* Many workers, hosts that hang among them, and a loop thread that ends those: run under
 * sanitizers. */
#define WORKERS		 8
#define HOSTS_PER_WORKER 12

struct worker {
	pthread_t thread;
	struct session_backend *backend;
	pthread_mutex_t mutex;
	struct session_host *hanging; /* what the loop should end */
	bool done;
	int worked, ended;
};

static void set_hanging(struct worker *worker, struct session_host *host)
{
	(void)pthread_mutex_lock(&worker->mutex);
	worker->hanging = host;
	(void)pthread_mutex_unlock(&worker->mutex);
}

static void *work(void *ctx)
{
	struct worker *worker = ctx;

	for (int i = 0; i < HOSTS_PER_WORKER; i++) {
		bool hangs = i % 4 == 3;
		struct asker asker = { .host = open_host(worker->backend,
							 hangs ? "list-hang" : "good") };

		if (hangs)
			set_hanging(worker, asker.host);
		(void)ask(&asker);
		set_hanging(worker, NULL);
		if (hangs)
			worker->ended += asker.result == -1 && asker.error.code == 995;
		else
			worker->worked += asker.result == 0;
		session_close(asker.host);
	}
	(void)pthread_mutex_lock(&worker->mutex);
	worker->done = true;
	(void)pthread_mutex_unlock(&worker->mutex);
	return NULL;
}

static bool end_hanging(struct worker *worker)
{
	bool done;

	(void)pthread_mutex_lock(&worker->mutex);
	if (worker->hanging)
		session_abandon(worker->hanging);
	done = worker->done;
	(void)pthread_mutex_unlock(&worker->mutex);
	return done;
}

static void session_tsts__many_workers__all_come_back(void **state)
{
	const struct timespec moment = { 0, 1000000 };
	struct session_backend *backend = make_backend(WORKERS);
	struct worker workers[WORKERS];
	int done = 0;

	(void)state;
	memset(workers, 0, sizeof(workers));
	for (int i = 0; i < WORKERS; i++) {
		workers[i].backend = backend;
		assert_int_equal(pthread_mutex_init(&workers[i].mutex, NULL), 0);
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	while (done < WORKERS) {
		(void)nanosleep(&moment, NULL);
		done = 0;
		for (int i = 0; i < WORKERS; i++)
			done += end_hanging(&workers[i]);
	}
	for (int i = 0; i < WORKERS; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		assert_int_equal(workers[i].worked, HOSTS_PER_WORKER * 3 / 4);
		assert_int_equal(workers[i].ended, HOSTS_PER_WORKER / 4);
		(void)pthread_mutex_destroy(&workers[i].mutex);
	}
	assert_true(session_tsts_connectors(backend) <= WORKERS);
	end_backend(backend);
}

/* --- the beginning */

static void create_fails(const char *connector, const char *hello, const char *wanted)
{
	const struct session_tsts_options options = { .clock = &clock_, .connector = connector };
	char why[SESSION_TSTS_WHY_SIZE] = "";
	struct session_backend *backend = NULL;

	assert_int_equal(setenv("FAKE_HELLO", hello, 1), 0);
	assert_int_equal(session_tsts_create(&backend, &options, why), -1);
	assert_int_equal(unsetenv("FAKE_HELLO"), 0);
	if (!strstr(why, wanted))
		fail_msg("'%s' lacks '%s'", why, wanted);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void session_tsts_create__no_good_connector__says_why(void **state)
{
	(void)state;
	create_fails("/nonexistent/rdsweep-tsts", "", "cannot start '/nonexistent/rdsweep-tsts'");
	create_fails("/bin/true", "", "connector '/bin/true' ended at once");
	create_fails(FAKE_CONNECTOR, "mute", "ended at once");
	create_fails(FAKE_CONNECTOR, "old", "is of another version than this program");
	create_fails(FAKE_CONNECTOR, "refuse", "the ticket has expired");
}

/* Credentials that went bad while the run was on. */
static void session_tsts__later_hello_fails__is_its_code(void **state)
{
	struct session_backend *backend = make_backend(1);
	struct session_host *host = open_host(backend, "list-die"), *next;

	(void)state;
	list_fails(host, SESSION_API_ENUMERATE_SESSIONS_EX, 1726);
	session_close(host);
	assert_int_equal(setenv("FAKE_HELLO", "refuse", 1), 0);
	next = open_host(backend, "good");
	list_fails(next, SESSION_API_OPEN_SERVER_EX, 1931);
	assert_int_equal(unsetenv("FAKE_HELLO"), 0);
	list_works(next);
	session_close(next);
	end_backend(backend);
}

static int make_log(void **state)
{
	int fd = mkstemp(log_path);

	(void)state;
	if (fd < 0 || setenv("FAKE_LOG", log_path, 1) != 0)
		return -1;
	return close(fd);
}

static int remove_log(void **state)
{
	(void)state;
	return unlink(log_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_tsts__whole_visit__one_connector),
		cmocka_unit_test(session_tsts__never_asked__needs_no_connector),
		cmocka_unit_test(session_tsts__act_without_aim__is_not_carried_out),
		cmocka_unit_test(session_tsts__services_and_listeners__are_refused),
		cmocka_unit_test(session_tsts__wrong_answers__cost_one_call),
		cmocka_unit_test(session_tsts__connector_dies_in_the_act__is_in_doubt),
		cmocka_unit_test(session_tsts__close_that_hangs__does_not),
		cmocka_unit_test(session_tsts__many_hosts_wait__few_connectors),
		cmocka_unit_test(session_tsts__aimed__keeps_its_connector),
		cmocka_unit_test(session_tsts__abandoned__comes_back),
		cmocka_unit_test(session_tsts__abandoned_at_rest__spares_the_connector),
		cmocka_unit_test(session_tsts__many_workers__all_come_back),
		cmocka_unit_test(session_tsts_create__no_good_connector__says_why),
		cmocka_unit_test(session_tsts__later_hello_fails__is_its_code),
	};

	return cmocka_run_group_tests(tests, make_log, remove_log);
}
