#include "sample_model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "utc.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define T0		INT64_C(1767304800000) /* 2026-01-01T22:00:00Z */

static const struct rep_error_kind kinds[] = {
	{ "WTSLogoffSession", 5, "ERROR_ACCESS_DENIED", "access is denied", "permanent",
	  "give the account the permission 'Logoff' on the listener (or make it a local "
	  "administrator)" },
	{ "WTSOpenServerEx", 1722, "RPC_S_SERVER_UNAVAILABLE",
	  "the host's RPC service cannot be reached", "transient",
	  "check that the host is up and that the firewall lets TCP 135 and 445 through" },
	{ "rdsweep", 0, "CONNECT_TIMEOUT", "no answer from TCP port 445", "transient",
	  "check name, network and firewall" },
	{ "rdsweep", 0, "VERIFY_TIMEOUT",
	  "the session was still there when the verify timeout ended", "ambiguous", "" },
	{ "WTSLogoffSession", 5, "ERROR_ACCESS_DENIED", "access is denied (second wording)",
	  "permanent", "" },
	{ "=HYPERLINK(\"x\")", 4294967295u, "-NAME",
	  "\x1b[31mred\x1b[0m \"quoted\", \xE2\x80\xA8 and \xC3\x28 bad", "ours", "" },
};

enum { DENIED = 1, UNAVAILABLE, CONNECT_TIMEOUT, VERIFY_TIMEOUT, DENIED_OTHER, HOSTILE };

static int add_kinds(struct rep_record *record, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rep_error_kind(record, &kinds[i]) != i + 1)
			return -1;
	return 0;
}

static int add_session(struct rep_host *host, const struct rep_session *session)
{
	struct rep_session *added = rep_host_add_session(host);

	if (!added)
		return -1;
	*added = *session;
	return 0;
}

/* A real user's session; what differs is changed afterwards. */
static struct rep_session user_session(uint32_t id, const char *user,
				       enum rep_session_outcome outcome)
{
	struct rep_session session = {
		.user = user,
		.domain = "CORP",
		.station = "RDP-Tcp#2",
		.client = "PC-0142",
		.vm = "",
		.farm = "",
		.logon_at_ms = T0 - 3600000 + 417,
		.idle_s = 75,
		.duration_ms = 1840,
		.id = id,
		.attempts = 1,
		.state = REP_STATE_ACTIVE,
		.outcome = (uint8_t)outcome,
		.selected = true,
	};

	return session;
}

static struct rep_session system_session(uint32_t id, const char *station, enum rep_state state,
					 enum rep_reason reason)
{
	struct rep_session session = {
		.user = "",
		.domain = "",
		.station = station,
		.client = "",
		.vm = "",
		.farm = "",
		.logon_at_ms = UTC_UNKNOWN,
		.idle_s = -1,
		.duration_ms = -1,
		.id = id,
		.state = (uint8_t)state,
		.outcome = REP_SESSION_SKIPPED,
		.reason = (uint8_t)reason,
	};

	return session;
}

static int add_system_sessions(struct rep_host *host)
{
	const struct rep_session sessions[] = {
		system_session(0, "Services", REP_STATE_DISCONNECTED, REP_REASON_SERVICES),
		system_session(1, "Console", REP_STATE_CONNECTED, REP_REASON_NO_USER),
		system_session(65536, "RDP-Tcp", REP_STATE_LISTEN, REP_REASON_LISTENER),
	};

	for (size_t i = 0; i < COUNT_OF(sessions); i++)
		if (add_session(host, &sessions[i]) < 0)
			return -1;
	return 0;
}

static const char *const example_arguments[] = { "logoff",    "-i",	     "hosts.ini", "--all",
						 "--protect", "CORP\\svc_*", "--drain",	  "run",
						 "--reason",  "patch night", "--yes" };
static const char *const example_sources[] = { "hosts.ini" };
static const char *const example_protect[] = { "CORP\\svc_*" };
static const char *const example_waves[] = { "1", "100%" };
static const char *const example_groups[] = { "berlin", "farm_a" };

static const struct rep_value example_selection[] = {
	{ .name = "all", .kind = REP_VALUE_BOOL, .boolean = true },
	{ .name = "users", .kind = REP_VALUE_TEXTS },
	{ .name = "state", .kind = REP_VALUE_NULL },
	{ .name = "protect", .kind = REP_VALUE_TEXTS, .texts = example_protect, .text_count = 1 },
};
static const struct rep_value example_policy[] = {
	{ .name = "drain", .kind = REP_VALUE_TEXT, .text = "run" },
	{ .name = "wave", .kind = REP_VALUE_TEXTS, .texts = example_waves, .text_count = 2 },
	{ .name = "concurrency", .kind = REP_VALUE_INT, .integer = 64 },
	{ .name = "verify_timeout_ms", .kind = REP_VALUE_INT, .integer = 180000 },
	{ .name = "max_failures", .kind = REP_VALUE_NULL },
};

static void example_run(struct rep_run *run)
{
	run->id = "20260101T220000Z-7f3a";
	run->command = "logoff";
	run->arguments = example_arguments;
	run->argument_count = COUNT_OF(example_arguments);
	run->backend = "windows";
	run->operator_ = "CORP\\admin";
	run->machine = "ADMIN01";
	run->reason = "patch night";
	run->started_at_ms = T0;
	run->finished_at_ms = T0 + 200250;
	run->duration_ms = 200250;
	run->inventory_sources = example_sources;
	run->inventory_source_count = 1;
	run->fleet_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
	run->inventory_hosts = 5;
	run->selection = example_selection;
	run->selection_count = COUNT_OF(example_selection);
	run->policy = example_policy;
	run->policy_count = COUNT_OF(example_policy);
	run->outcome = REP_RUN_PARTIAL;
	run->exit_code = 1;
}

static void example_host(struct rep_host *host, const char *name, const char *address,
			 enum rep_host_outcome outcome, uint32_t wave)
{
	host->name = name;
	host->address = address;
	host->groups = example_groups;
	host->group_count = 2;
	host->outcome = (uint8_t)outcome;
	host->wave = wave;
	host->attempts = 1;
	host->duration_ms = 2400;
	if (wave > 0) {
		host->acted_at_ms = T0 + 4200 + (wave - 1) * 13300;
		host->ended_at_ms = host->acted_at_ms + (wave > 1 ? 182000 : 8500);
		host->drain_before = REP_DRAIN_OFF;
		host->drain_during = REP_DRAIN_RESTART;
		host->drain_after = REP_DRAIN_OFF;
	}
}

/* One host where all went well, one where not. */
static int example_sessions(struct rep_host *hosts)
{
	struct rep_session gone = user_session(3, "bob", REP_SESSION_ALREADY_GONE);
	struct rep_session denied = user_session(2, "carol", REP_SESSION_FAILED);
	struct rep_session stays = user_session(4, "d\xC3\xB6rte", REP_SESSION_STILL_PRESENT);
	struct rep_session spared = user_session(5, "svc_backup", REP_SESSION_SKIPPED);
	struct rep_session alice = user_session(2, "alice", REP_SESSION_LOGGED_OFF);

	gone.state = REP_STATE_DISCONNECTED;
	gone.station = "";
	gone.client = "";
	gone.idle_s = 5400;
	gone.attempts = 0;
	denied.error = DENIED;
	denied.attempts = 3;
	stays.error = VERIFY_TIMEOUT;
	stays.duration_ms = 180000;
	spared.selected = false;
	spared.reason = REP_REASON_PROTECTED;
	spared.attempts = 0;
	spared.duration_ms = -1;
	if (add_system_sessions(&hosts[0]) < 0 || add_session(&hosts[0], &alice) < 0 ||
	    add_session(&hosts[0], &gone) < 0 || add_system_sessions(&hosts[1]) < 0 ||
	    add_session(&hosts[1], &denied) < 0 || add_session(&hosts[1], &stays) < 0 ||
	    add_session(&hosts[1], &spared) < 0 || add_system_sessions(&hosts[2]) < 0)
		return -1;
	return 0;
}

int sample_example(struct rep_record *record)
{
	if (rep_record_init(record, 5) < 0)
		return -1;
	example_run(&record->run);
	example_host(&record->hosts[0], "rdsh001.corp.example", "rdsh001.corp.example",
		     REP_HOST_SUCCEEDED, 1);
	example_host(&record->hosts[1], "rdsh002.corp.example", "10.0.1.2", REP_HOST_PARTIAL, 2);
	example_host(&record->hosts[2], "rdsh003.corp.example", "rdsh003.corp.example",
		     REP_HOST_SUCCEEDED, 0);
	example_host(&record->hosts[3], "rdsh004.corp.example", "rdsh004.corp.example",
		     REP_HOST_TIMED_OUT, 0);
	example_host(&record->hosts[4], "rdsh005.corp.example", "rdsh005.corp.example",
		     REP_HOST_FAILED, 0);
	record->hosts[3].error = CONNECT_TIMEOUT;
	record->hosts[3].attempts = 3;
	record->hosts[3].duration_ms = 9020;
	record->hosts[4].error = UNAVAILABLE;
	record->hosts[4].attempts = 3;
	if (add_kinds(record, 4) < 0 || example_sessions(record->hosts) < 0) {
		rep_record_release(record);
		return -1;
	}
	return 0;
}

/* What spreadsheets, terminals, CSV and JSON could trip over; the last ones are not UTF-8. */
static const char *const hostile_texts[] = {
	"=cmd|' /C calc'!A0",
	"+1",
	"-1",
	"@SUM(A1)",
	"\ttab",
	"\rreturn",
	"a,b;c",
	"say \"hi\"",
	"two\nlines",
	"back\\slash",
	"\x01\x1F\x7F control",
	"\x1b]0;title\x07",
	"J\xC3\xBCrgen \xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x98\x80",
	("\xE2\x80\xA8line\xE2\x80\xAE"
	 "override"),
	"'leading",
	" blanks ",
	"</script>",
	"null",
	"bad \xFF\xFE bytes",
	"cut \xE2\x82",
	"\xED\xA0\x80 surrogate",
	"\xC0\x80 overlong",
};

static const char *hostile_text(size_t i)
{
	return hostile_texts[i % COUNT_OF(hostile_texts)];
}

static const struct rep_value hostile_policy[] = {
	{ .name = "nothing", .kind = REP_VALUE_NULL },
	{ .name = "yes", .kind = REP_VALUE_BOOL, .boolean = true },
	{ .name = "no", .kind = REP_VALUE_BOOL },
	{ .name = "int_min", .kind = REP_VALUE_INT, .integer = INT64_MIN },
	{ .name = "int_max", .kind = REP_VALUE_INT, .integer = INT64_MAX },
	{ .name = "int_32", .kind = REP_VALUE_INT, .integer = INT32_MIN },
	{ .name = "empty", .kind = REP_VALUE_TEXT, .text = "" },
	{ .name = "a \"name\"\n\xFF", .kind = REP_VALUE_TEXT, .text = "\"\n\xFF" },
	{ .name = "texts",
	  .kind = REP_VALUE_TEXTS,
	  .texts = hostile_texts,
	  .text_count = COUNT_OF(hostile_texts) },
};

static void hostile_run(struct rep_run *run)
{
	run->id = "=run\"id\"";
	run->command = "logoff";
	run->arguments = hostile_texts;
	run->argument_count = COUNT_OF(hostile_texts);
	run->dry_run = true;
	run->simulated = true;
	run->backend = "sim";
	run->operator_ = "CORP\\\x1b[31madmin";
	run->started_at_ms = -1; /* before 1970 */
	run->inventory_sources = hostile_texts + 6;
	run->inventory_source_count = 3;
	run->inventory_hosts = UINT32_MAX;
	run->limit = "all:!b\xC3\xBCro";
	run->shard_k = 2;
	run->shard_n = 4;
	run->policy = hostile_policy;
	run->policy_count = COUNT_OF(hostile_policy);
	run->outcome = REP_RUN_INTERRUPTED;
	run->stopped_by = "SIGINT";
	run->exit_code = 130;
}

/* A session with the i-th of everything. */
static int hostile_session(struct rep_host *host, size_t i)
{
	struct rep_session session =
		user_session((uint32_t)i, hostile_text(i),
			     (enum rep_session_outcome)(1 + i % (REP_SESSION_OUTCOME_COUNT - 1)));

	session.domain = hostile_text(i + 1);
	session.station = hostile_text(i + 2);
	session.client = hostile_text(i + 3);
	session.vm = i % 3 == 0 ? hostile_text(i + 4) : "";
	session.farm = i % 5 == 0 ? hostile_text(i + 5) : "";
	session.state = (uint8_t)(i % REP_STATE_COUNT);
	session.reason = (uint8_t)(i % REP_REASON_COUNT);
	if (!session.reason && (session.outcome == REP_SESSION_SKIPPED ||
				session.outcome == REP_SESSION_NOT_ATTEMPTED))
		session.reason = REP_REASON_NEW; /* those are never without one */
	session.selected = i % 2 == 0;
	session.error = (uint16_t)(i % (COUNT_OF(kinds) + 1));
	session.attempts = i % 7 == 0 ? UINT16_MAX : 1;
	session.duration_ms = i % 7 == 0 ? INT32_MAX : -1;
	session.idle_s = i % 4 == 0 ? INT64_MAX : i % 4 == 1 ? INT64_C(9007199254740993) : -1;
	session.id = i % 11 == 0 ? UINT32_MAX - (uint32_t)i : (uint32_t)i;
	return add_session(host, &session);
}

static void hostile_hosts(struct rep_host *hosts)
{
	hosts[0].name = "full";
	hosts[0].outcome = REP_HOST_PARTIAL;
	hosts[0].error = HOSTILE; /* its own, and sessions */
	hosts[0].groups = hostile_texts + 6;
	hosts[0].group_count = 2;
	hosts[0].wave = UINT32_MAX;
	hosts[0].duration_ms = INT64_MAX;
	hosts[0].acted_at_ms = INT64_C(253402300799999); /* the last one that can be written, */
	hosts[0].ended_at_ms = 0;			 /* and one before it */
	hosts[0].drain_during = REP_DRAIN_ON;
	hosts[1].name = "=empty\"host\"";
	hosts[1].address = "2001:db8::1";
	hosts[1].outcome = REP_HOST_SUCCEEDED;
	hosts[2].name = "bad\xFFname";
	hosts[2].outcome = REP_HOST_FAILED;
	hosts[2].error = DENIED_OTHER;
	hosts[3].name = "silent";
	hosts[3].outcome = REP_HOST_TIMED_OUT;
	hosts[3].error = CONNECT_TIMEOUT;
	hosts[4].name = "later";
	hosts[4].outcome = REP_HOST_NOT_ATTEMPTED;
}

int sample_merged(struct rep_record *record)
{
	static const char *const arguments[] = { "--all", "--shard", "1/3" };
	struct rep_run *parts;

	if (sample_example(record) < 0)
		return -1;
	parts = arena_alloc(&record->arena, 2 * sizeof(*parts));
	if (!parts) {
		rep_record_release(record);
		return -1;
	}
	rep_run_init(&parts[0]);
	parts[0].id = "20260101T220000Z-00000001";
	parts[0].arguments = arguments;
	parts[0].argument_count = COUNT_OF(arguments);
	parts[0].started_at_ms = 1767304800000;
	parts[0].finished_at_ms = 1767304860000;
	parts[0].duration_ms = 60000;
	parts[0].inventory_sources = hostile_texts + 6;
	parts[0].inventory_source_count = 3;
	parts[0].fleet_sha256 = record->run.fleet_sha256;
	parts[0].outcome = REP_RUN_SUCCEEDED;
	rep_run_init(&parts[1]);
	parts[1].id = "=run\"id\"";
	parts[1].operator_ = "CORP\\\x1b[31madmin";
	parts[1].machine = "JUMP";
	parts[1].reason = "<b>";
	parts[1].outcome = REP_RUN_INTERRUPTED;
	parts[1].stopped_by = "SIGINT";
	parts[1].exit_code = 130;
	for (uint32_t i = 0; i < 2; i++) {
		parts[i].shard_k = i == 0 ? 1 : 3;
		parts[i].shard_n = 3;
	}
	record->run.parts = parts;
	record->run.part_count = 2;
	return 0;
}

int sample_hostile(struct rep_record *record)
{
	if (rep_record_init(record, 5) < 0)
		return -1;
	hostile_run(&record->run);
	hostile_hosts(record->hosts);
	if (add_kinds(record, COUNT_OF(kinds)) < 0)
		goto fail;
	for (size_t i = 0; i < 48; i++)
		if (hostile_session(&record->hosts[0], i) < 0)
			goto fail;
	return 0;
fail:
	rep_record_release(record);
	return -1;
}
