#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "sim_test.h"

static const struct sim_host *host_of(const struct sim_scenario *scenario, const char *folded)
{
	return sim_scenario_host(scenario, folded, strlen(folded));
}

static void sim_scenario_parse__minimal__has_the_documented_defaults(void **state)
{
	struct sim_scenario *scenario = scenario_from("minimal.json");
	const struct sim_defaults *defaults = &scenario->defaults;
	const int64_t latency_us[SIM_CALL_COUNT] = { 1000,  20000, 30000, 5000, 5000,
						     20000, 40000, 10000, 1000 };

	(void)state;
	assert_int_equal(scenario->seed, 1);
	assert_true(scenario->epoch_ms == EPOCH);
	assert_null(scenario->self.host);
	assert_null(scenario->self.user);
	assert_int_equal(defaults->sessions_min, 5);
	assert_int_equal(defaults->sessions_max, 30);
	assert_string_equal(defaults->user_domain, "CORP");
	assert_string_equal(defaults->user_before, "user");
	assert_string_equal(defaults->user_after, "");
	assert_true(defaults->disconnected == 0.4 && defaults->jitter == 0.2);
	assert_int_equal(defaults->logoff_takes_ms, 800);
	assert_memory_equal(defaults->latency_us, latency_us, sizeof(latency_us));
	assert_null(host_of(scenario, "rdsh001"));
	sim_scenario_free(scenario);
}

static void sim_scenario_parse__example_of_the_manual__is_read(void **state)
{
	struct sim_scenario *scenario = scenario_from("contract.json");
	const struct sim_host *host = host_of(scenario, "rdsh001");

	(void)state;
	assert_int_equal(scenario->seed, 7);
	assert_string_equal(scenario->self.host, "rdsh001");
	assert_int_equal(scenario->self.session, 2);
	assert_string_equal(scenario->self.user, "CORP\\admin");
	assert_non_null(host);
	assert_true(host->has_sessions && !host->has_timers);
	assert_int_equal(host->session_count, 1);
	assert_int_equal(host->sessions[0].id, 2);
	assert_string_equal(host->sessions[0].account.domain, "CORP");
	assert_string_equal(host->sessions[0].account.user, "alice");
	assert_string_equal(host->sessions[0].client, "PC1");
	assert_int_equal(host->sessions[0].idle_s, 60);
	assert_int_equal(host->sessions[0].logon_s, 3600);

	const struct sim_fault *fault = host_of(scenario, "rdsh013")->faults;
	assert_false(host_of(scenario, "rdsh013")->has_sessions);
	assert_true(fault->call == SIM_OPEN && fault->kind == SIM_FAULT_ERROR);
	assert_int_equal(fault->error, 1722);
	assert_int_equal(fault->times, SIM_NEVER);
	assert_ptr_equal(host_of(scenario, "rdsh020"), host_of(scenario, "rdsh022"));
	assert_null(host_of(scenario, "rdsh023"));
	fault = host_of(scenario, "rdsh021")->faults;
	assert_true(fault->call == SIM_PROBE && fault->kind == SIM_FAULT_HANG);
	fault = host_of(scenario, "rdsh014")->faults;
	assert_true(fault->has_user && !fault->has_session && fault->times == 1);
	assert_string_equal(fault->user.user, "bob");
	assert_int_equal(host_of(scenario, "rdsh016")->faults->kind, SIM_FAULT_IGNORED);
	fault = host_of(scenario, "rdsh017")->faults;
	assert_true(fault->kind == SIM_FAULT_SWAP && fault->has_session && fault->session == 2);
	assert_string_equal(fault->swap.user, "mallory");
	sim_scenario_free(scenario);
}

static void sim_scenario_parse__every_key__is_read(void **state)
{
	struct sim_scenario *scenario = scenario_from("every-key.json");
	const struct sim_host *host = host_of(scenario, "host-a");
	const int64_t latency_us[SIM_CALL_COUNT] = { 0,	   1500, 2000, 3000, 4000,
						     5000, 6000, 7000, 8000 };

	(void)state;
	assert_int_equal(scenario->seed, 42);
	assert_true(scenario->epoch_ms == INT64_C(1772362800000));
	assert_int_equal(scenario->self.session, 3);
	assert_string_equal(scenario->defaults.user_domain, "LAB");
	assert_string_equal(scenario->defaults.user_before, "student");
	assert_string_equal(scenario->defaults.user_after, "x");
	assert_int_equal(scenario->defaults.sessions_max, 2);
	assert_memory_equal(scenario->defaults.latency_us, latency_us, sizeof(latency_us));
	assert_int_equal(scenario->defaults.logoff_takes_ms, 100);

	assert_true(host->has_timers);
	assert_int_equal(host->session_count, 4);
	const struct sim_session *console = &host->sessions[0]; /* sorted by id */
	assert_int_equal(console->id, 1);
	assert_string_equal(console->station, "Console");
	assert_int_equal(console->state, SESSION_ACTIVE);
	assert_int_equal(console->idle_s, 0);
	assert_int_equal(console->logon_s, 3600);
	const struct sim_session *bob = &host->sessions[1];
	assert_string_equal(bob->station, "RDP-Tcp#9");
	assert_string_equal(bob->vm, "guest1");
	assert_string_equal(bob->farm, "farm1");
	assert_int_equal(bob->idle_s, SIM_NEVER);
	assert_int_equal(bob->logon_s, SIM_NEVER);
	assert_int_equal(bob->leaves_after_ms, 1000);
	assert_int_equal(bob->returns_after_ms, 2000);
	const struct sim_session *nobody = &host->sessions[2];
	assert_int_equal(nobody->state, SESSION_CONNECT_QUERY);
	assert_string_equal(nobody->account.user, "");
	assert_int_equal(nobody->idle_s, SIM_NEVER);
	assert_int_equal(nobody->logon_s, SIM_NEVER);
	assert_string_equal(nobody->station, "RDP-Tcp#4");
	assert_int_equal(nobody->leaves_after_ms, SIM_NEVER);
	const struct sim_session *carol = &host->sessions[3];
	assert_string_equal(carol->station, "");
	assert_int_equal(carol->state, SESSION_DISCONNECTED);

	assert_true(host_of(scenario, "empty")->has_sessions);
	assert_int_equal(host_of(scenario, "empty")->session_count, 0);
	host = host_of(scenario, "web2.corp");
	assert_int_equal(host->fault_count, 6);
	assert_true(host->faults[0].kind == SIM_FAULT_REFUSED && host->faults[0].times == 2);
	assert_true(host->faults[1].kind == SIM_FAULT_ERROR && host->faults[1].error == 0);
	assert_int_equal(host->faults[1].delay_us, 12500);
	assert_true(host->faults[2].kind == SIM_FAULT_HANG && host->faults[2].has_session &&
		    host->faults[2].has_user);
	assert_true(host->faults[3].call == SIM_DRAIN && host->faults[3].kind == SIM_FAULT_IGNORED);
	assert_true(host->faults[4].kind == SIM_FAULT_SWAP);
	assert_true(host->faults[5].call == SIM_CLOSE && host->faults[5].kind == SIM_FAULT_SLOW);
	sim_scenario_free(scenario);
}

/* --- mistakes: the document after `{"schema": "rdsweep.sim/1", ` and what is said of it, place
 * included */

#define HEAD	      "{\"schema\": \"rdsweep.sim/1\", " /* 28 columns */
#define HOST(text)    HEAD "\"hosts\": {\"h\": {" text "}}}"
#define SESSION(text) HOST("\"sessions\": [{" text "}]") /* column 58 is the session's { */
#define FAULT(text)   HOST("\"faults\": [{" text "}]")	 /* column 56 is the fault's { */

static const struct mistake {
	const char *text;
	const char *said;
} mistakes[] = {
	{ "", NULL },
	{ "{", NULL },
	{ "[]", "1:1: 'scenario': expected an object, found an array" },
	{ "{}", "1:1: 'schema': expected 'rdsweep.sim/1', found none" },
	{ "{\"schema\": 1}", "1:12: 'schema': expected a string, found a number" },
	{ "{\"schema\": \"rdsweep.sim/2\"}",
	  "1:12: 'schema': expected 'rdsweep.sim/1', found 'rdsweep.sim/2'" },
	{ HEAD "\"sed\": 1}", "1:29: unknown key 'sed' in 'scenario'" },
	{ HEAD "\"x\\u001b[1m\": {\"a\": [1, {}]}}",
	  "1:29: unknown key 'x\\x1b[1m' in 'scenario'" },
	{ HEAD "\n\n \"seed\": \"x\"}",
	  "3:10: 'seed': expected an integer from 0 to 9223372036854775807, found a string" },
	{ HEAD "\"seed\": -1}",
	  "1:37: 'seed': expected an integer from 0 to 9223372036854775807, found -1" },
	{ HEAD "\"seed\": 1.5}",
	  "1:37: 'seed': expected an integer from 0 to 9223372036854775807, found 1.5" },
	{ HEAD "\"epoch\": \"now\"}",
	  "1:38: 'epoch': expected a time like '2026-01-01T00:00:00Z', found 'now'" },
	{ HEAD "\"epoch\": 5}", "1:38: 'epoch': expected a string, found a number" },
	{ HEAD "\"self\": []}", "1:37: 'self': expected an object, found an array" },
	{ HEAD "\"self\": {\"host\": \"a\"}}", "1:38: 'self': 'host' and 'session' go together" },
	{ HEAD "\"self\": {\"session\": 2}}", "1:38: 'self': 'host' and 'session' go together" },
	{ HEAD "\"self\": {\"host\": \"\", \"session\": 2}}",
	  "1:38: 'host': expected a name, found an empty string" },
	{ HEAD "\"self\": {\"user\": \"admin\"}}",
	  "1:46: 'user': expected DOMAIN\\user, found 'admin'" },
	{ HEAD "\"self\": {\"host\": \"a\", \"session\": 70000}}",
	  "1:62: 'session': expected an integer from 0 to 65535, found 70000" },
	{ HEAD "\"defaults\": {\"sessions\": {\"min\": 9, \"max\": 3}}}",
	  "1:54: 'sessions': 'min' is more than 'max' (9, 3)" },
	{ HEAD "\"defaults\": {\"sessions\": {\"max\": 1001}}}",
	  "1:62: 'max': expected an integer from 0 to 1000, found 1001" },
	{ HEAD "\"defaults\": {\"users\": \"CORP\\\\user\"}}",
	  "1:51: 'users': expected DOMAIN\\user with one {n}, found 'CORP\\user'" },
	{ HEAD "\"defaults\": {\"users\": \"{n}\\\\user\"}}",
	  "1:51: 'users': expected DOMAIN\\user with one {n}, found '{n}\\user'" },
	{ HEAD "\"defaults\": {\"users\": \"C\\\\{n}{n}\"}}",
	  "1:51: 'users': expected DOMAIN\\user with one {n}, found 'C\\{n}{n}'" },
	{ HEAD "\"defaults\": {\"disconnected\": 1.01}}",
	  "1:58: 'disconnected': expected a number from 0 to 1, found 1.01" },
	{ HEAD "\"defaults\": {\"jitter\": true}}",
	  "1:52: 'jitter': expected a number from 0 to 1, found true" },
	{ HEAD "\"defaults\": {\"latency_ms\": {\"logof\": 1}}}",
	  "1:57: unknown key 'logof' in 'latency_ms'" },
	{ HEAD "\"defaults\": {\"latency_ms\": {\"logoff\": -1}}}",
	  "1:67: 'logoff': expected a number from 0 to 86400000, found -1" },
	{ HEAD "\"defaults\": {\"logoff_takes_ms\": 1e10}}",
	  "1:61: 'logoff_takes_ms': expected an integer from 0 to 86400000, found 1e10" },
	{ HEAD "\"hosts\": []}", "1:38: 'hosts': expected an object, found an array" },
	{ HEAD "\"hosts\": {\"\": {}}}",
	  "1:39: 'hosts': expected a name of 1 to 255 bytes, found 0" },
	{ HEAD "\"hosts\": {\"a[3:1]\": {}}}", NULL },
	{ HEAD "\"hosts\": {\"a[0:999999]\": {}, \"b\": {}}}",
	  "1:58: 'hosts': expected at most 1000000 names" },
	{ HEAD "\"hosts\": {\"abc\": {}, \"ABC\": {}}}", "1:50: host 'abc' is there twice" },
	{ HEAD "\"hosts\": {\"a[1:9]\": {}, \"A5\": {}}}", "1:53: host 'a5' is there twice" },
	{ HEAD "\"hosts\": {\"a5\": {}, \"a[1:9]\": {}}}", "1:49: host 'a5' is there twice" },
	{ HEAD "\"hosts\": {\"h\": 1}}", "1:44: 'hosts': expected an object, found a number" },
	{ HOST("\"latency_ms\": {}"), "1:45: unknown key 'latency_ms' in 'hosts'" },
	{ HOST("\"sessions\": {}"), "1:57: 'sessions': expected an array, found an object" },
	{ HOST("\"sessions\": [2]"), "1:58: 'sessions': expected an object, found a number" },
	{ SESSION(""), "1:58: a session needs an 'id'" },
	{ SESSION("\"id\": 0"), "1:65: 'id': expected an integer from 1 to 65535, found 0" },
	{ SESSION("\"id\": 65536"),
	  "1:65: 'id': expected an integer from 1 to 65535, found 65536" },
	{ SESSION("\"id\": 2, \"usr\": 1"), "1:68: unknown key 'usr' in 'sessions'" },
	{ SESSION("\"id\": 2, \"user\": \"bob\""),
	  "1:76: 'user': expected DOMAIN\\user, found 'bob'" },
	{ SESSION("\"id\": 2, \"user\": \"A\\\\b\\\\c\""),
	  "1:76: 'user': expected DOMAIN\\user, found 'A\\b\\c'" },
	{ SESSION("\"id\": 2, \"user\": null"), "1:76: 'user': expected a string, found null" },
	{ SESSION("\"id\": 2, \"state\": \"gone\""),
	  "1:77: 'state': expected one of active, connected, connect_query, shadow, disconnected, "
	  "idle, listen, reset, down, init, found 'gone'" },
	{ SESSION("\"id\": 2, \"user\": \"A\\\\b\", \"idle_s\": 61, \"logon_s\": 60"),
	  "1:84: 'idle_s' is more than 'logon_s' (61, 60)" },
	{ SESSION("\"id\": 2, \"logon_s\": 60"), "1:68: 'logon_s': the session has no 'user'" },
	{ SESSION("\"id\": 2, \"leaves_after_ms\": 60"),
	  "1:68: 'leaves_after_ms': the session has no 'user'" },
	{ SESSION("\"id\": 2, \"returns_after_ms\": 60"),
	  "1:68: 'returns_after_ms': the session has no 'user'" },
	{ SESSION("\"id\": 2, \"idle_s\": -1"),
	  "1:78: 'idle_s': expected an integer from 0 to 316224000, found -1" },
	{ HOST("\"sessions\": [{\"id\": 2}, {\"id\": 3}, {\"id\": 2}]"),
	  "1:81: 'id': session 2 is there twice" },
	{ HOST("\"faults\": [[]]"), "1:56: 'faults': expected an object, found an array" },
	{ FAULT(""), "1:56: a fault needs a 'call'" },
	{ FAULT("\"call\": \"log\""), "1:65: 'call': expected one of probe, open, enumerate, "
				      "query, message, disconnect, logoff, "
				      "drain, close, found 'log'" },
	{ FAULT("\"call\": \"open\""),
	  "1:56: the fault does nothing: expected one of error, refused, hang, ignored, swap_user, "
	  "delay_ms" },
	{ FAULT("\"call\": \"open\", \"hang\": false"),
	  "1:56: the fault does nothing: expected one of error, refused, hang, ignored, swap_user, "
	  "delay_ms" },
	{ FAULT("\"call\": \"open\", \"hang\": 1"),
	  "1:81: 'hang': expected true or false, found a number" },
	{ FAULT("\"call\": \"open\", \"refused\": true"),
	  "1:73: 'refused' has no meaning for the call 'open', only for probe" },
	{ FAULT("\"call\": \"probe\", \"error\": 5"),
	  "1:74: 'error' has no meaning for the call 'probe', only for open, enumerate, query, "
	  "message, disconnect, logoff, drain" },
	{ FAULT("\"call\": \"query\", \"ignored\": true"),
	  "1:74: 'ignored' has no meaning for the call 'query', only for message, disconnect, "
	  "logoff, drain" },
	{ FAULT("\"call\": \"open\", \"session\": 2, \"hang\": true"),
	  "1:73: 'session' has no meaning for the call 'open', only for query, message, "
	  "disconnect, "
	  "logoff" },
	{ FAULT("\"call\": \"enumerate\", \"user\": \"A\\\\b\", \"hang\": true"),
	  "1:78: 'user' has no meaning for the call 'enumerate', only for query, message, "
	  "disconnect, logoff" },
	{ FAULT("\"call\": \"open\", \"error\": 5, \"hang\": true"),
	  "1:85: 'error' and 'hang' exclude each other" },
	{ FAULT("\"call\": \"logoff\", \"error\": 4294967296"),
	  "1:84: 'error': expected an integer from 0 to 4294967295, found 4294967296" },
	{ FAULT("\"call\": \"logoff\", \"error\": 5, \"times\": 0"),
	  "1:96: 'times': expected an integer from 1 to 1000000000, found 0" },
	{ FAULT("\"call\": \"logoff\", \"swap_user\": \"A\\\\b\""),
	  "1:75: 'swap_user' needs 'session' or 'user'" },
	{ FAULT("\"call\": \"logoff\", \"swap_user\": \"A\\\\b\", \"session\": 2, \"times\": 1"),
	  "1:110: 'swap_user' happens once: 'times' and 'delay_ms' have no meaning with it" },
	{ FAULT("\"call\": \"logoff\", \"delay_ms\": -1"),
	  "1:87: 'delay_ms': expected a number from 0 to 86400000, found -1" },
	{ HEAD "\"seed\": 1, \"seed\": 2}", NULL },
	{ HEAD "\"seed\": 1} x", NULL },
};

static void sim_scenario_parse__mistake__is_told_with_its_place(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		const struct mistake *mistake = &mistakes[i];
		struct sim_scenario *scenario = NULL;
		struct sim_problems problems;
		char said[400];

		sim_problems_init(&problems);
		assert_int_equal(sim_scenario_parse(&scenario, mistake->text, strlen(mistake->text),
						    &problems),
				 -1);
		assert_null(scenario);
		assert_true(problems.count > 0);
		(void)snprintf(said, sizeof(said), "%d:%d: %s", problems.items[0].line,
			       problems.items[0].column, problems.items[0].message);
		if (mistake->said && strcmp(said, mistake->said) != 0) {
			print_error("said     %s\nexpected %s\n", said, mistake->said);
			wrong++;
		} else if (mistake->said && problems.count != 1) {
			print_error("%s: also '%s'\n", said, problems.items[1].message);
			wrong++;
		}
		sim_problems_release(&problems);
	}
	assert_int_equal(wrong, 0);
}

static void sim_scenario_parse__many_mistakes__are_all_told_in_order(void **state)
{
	static const char text[] =
		"{\n"
		" \"schema\": \"rdsweep.sim/1\", \"sed\": 7,\n"
		" \"defaults\": {\"jitter\": 2, \"users\": \"u{n}\"},\n"
		" \"hosts\": {\"a\": {\"sessions\": [{\"id\": 0}, 5, {\"id\": 3, "
		"\"user\": \"x\", \"logon_s\": 9}],\n"
		"  \"faults\": [{\"call\": \"oepn\"}]},\n"
		"  \"A\": {}}\n"
		"}\n";
	static const int places[][2] = { { 2, 29 }, { 3, 25 }, { 3, 37 }, { 4, 38 },
					 { 4, 42 }, { 4, 63 }, { 5, 23 }, { 6, 3 } };
	struct sim_scenario *scenario = NULL;
	struct sim_problems problems;

	(void)state;
	sim_problems_init(&problems);
	assert_int_equal(sim_scenario_parse(&scenario, text, strlen(text), &problems), -1);
	assert_int_equal(problems.count, sizeof(places) / sizeof(places[0]));
	for (size_t i = 0; i < problems.count; i++) {
		assert_int_equal(problems.items[i].line, places[i][0]);
		assert_int_equal(problems.items[i].column, places[i][1]);
	}
	sim_problems_release(&problems);
}

static void sim_scenario_parse__endless_mistakes__stop_being_told(void **state)
{
	size_t len = 0;
	char *text = malloc(200000);
	struct sim_scenario *scenario = NULL;
	struct sim_problems problems;

	(void)state;
	assert_non_null(text);
	len += (size_t)sprintf(text, HEAD "\"hosts\": {\"h\": {\"sessions\": [0");
	for (int i = 0; i < 5000; i++)
		len += (size_t)sprintf(text + len, ",%d", i);
	len += (size_t)sprintf(text + len, "]}}}");
	sim_problems_init(&problems);
	assert_int_equal(sim_scenario_parse(&scenario, text, len, &problems), -1);
	assert_int_equal(problems.count, SIM_PROBLEMS_MAX);
	sim_problems_release(&problems);
	free(text);
}

/* Any prefix of a document is refused, without a crash or a leak. */
static void sim_scenario_parse__cut_document__is_refused(void **state)
{
	static const char text[] =
		"{\"schema\":\"rdsweep.sim/"
		"1\",\"self\":{\"user\":\"A\\\\b\"},\"hosts\":{\"h[1:2]\":"
		"{\"sessions\":[{\"id\":2,\"user\":\"A\\\\b\"}],\"faults\":[{\"call\":\"open\","
		"\"error\":5}]}}}";

	(void)state;
	for (size_t len = 0; len < strlen(text); len++) {
		struct sim_scenario *scenario = NULL;
		struct sim_problems problems;
		sim_problems_init(&problems);
		assert_int_equal(sim_scenario_parse(&scenario, text, len, &problems), -1);
		assert_true(problems.count > 0);
		sim_problems_release(&problems);
	}
	sim_scenario_free(scenario_of(text));
}

static void sim_scenario_host__other_case__is_found_folded(void **state)
{
	struct sim_scenario *scenario =
		scenario_of(HEAD "\"hosts\": {\"RDSH-\\u00c4[01:02]\": {}}}");

	(void)state;
	assert_non_null(host_of(scenario, "rdsh-\xC3\xA4"
					  "01"));
	assert_null(host_of(scenario, "RDSH-\xC3\x84"
				      "01")); /* the caller folds */
	assert_null(host_of(scenario, "rdsh-\xC3\xA4"
				      "03"));
	sim_scenario_free(scenario);
}

static void sim_scenario_parse__hostile_names__are_kept_as_they_are(void **state)
{
	struct sim_scenario *scenario = scenario_from("hostile-names.json");

	(void)state;
	assert_string_equal(host_of(scenario, "rdsh001")->sessions[0].account.user,
			    "\x1b[31mred\x07");
	sim_scenario_free(scenario);
	sim_scenario_free(scenario_from("comings-and-goings.json"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sim_scenario_parse__minimal__has_the_documented_defaults),
		cmocka_unit_test(sim_scenario_parse__example_of_the_manual__is_read),
		cmocka_unit_test(sim_scenario_parse__every_key__is_read),
		cmocka_unit_test(sim_scenario_parse__mistake__is_told_with_its_place),
		cmocka_unit_test(sim_scenario_parse__many_mistakes__are_all_told_in_order),
		cmocka_unit_test(sim_scenario_parse__endless_mistakes__stop_being_told),
		cmocka_unit_test(sim_scenario_parse__cut_document__is_refused),
		cmocka_unit_test(sim_scenario_host__other_case__is_found_folded),
		cmocka_unit_test(sim_scenario_parse__hostile_names__are_kept_as_they_are),
	};

	return cmocka_run_group_tests_name("sim_scenario", tests, NULL, NULL);
}
