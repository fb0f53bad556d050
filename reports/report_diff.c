#include "report_diff.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "report_diff_pair.h"
#include "report_grow.h"
#include "report_words.h"
#include "text.h"

#define INDEX_FIRST_CAP 1024
#define OUTCOME_BITS	4 /* of an end; the rest is its error */
#define ERRORS_MOST	4095

static_assert(REP_SESSION_OUTCOME_COUNT <= 1 << OUTCOME_BITS, "an outcome fits");

uint8_t rep_diff_outcome(const struct rep_diff_session *session, int side)
{
	return session->end[side] & ((1 << OUTCOME_BITS) - 1);
}

uint16_t rep_diff_error_of(const struct rep_diff_session *session, int side)
{
	return session->end[side] >> OUTCOME_BITS;
}

void rep_diff_init(struct rep_diff *diff)
{
	memset(diff, 0, sizeof(*diff));
	arena_init(&diff->texts);
	strbuf_init(&diff->name);
	strbuf_init(&diff->key);
	str_map_init(&diff->host_map);
	str_map_init(&diff->account_map);
	str_map_init(&diff->domain_map);
	str_map_init(&diff->error_map);
	for (int side = 0; side < 2; side++) {
		rep_head_init(&diff->heads[side]);
		diff->sides[side] = (struct rep_diff_side){ .diff = diff, .side = side };
	}
}

void rep_diff_release(struct rep_diff *diff)
{
	rep_head_release(&diff->heads[0]);
	rep_head_release(&diff->heads[1]);
	free(diff->sessions);
	free(diff->hosts);
	free(diff->accounts);
	free(diff->domains);
	free(diff->errors);
	free(diff->index);
	str_map_release(&diff->host_map);
	str_map_release(&diff->account_map);
	str_map_release(&diff->domain_map);
	str_map_release(&diff->error_map);
	arena_release(&diff->texts);
	strbuf_release(&diff->name);
	strbuf_release(&diff->key);
	memset(diff, 0, sizeof(*diff));
}

/* Adds a new thing called `name`, unless that is NULL: 0 or -1. */
static int add_host(struct rep_diff *diff, const char *name)
{
	struct rep_diff_host *hosts = diff->hosts;

	if (!name)
		return 0;
	hosts = rep_grow(hosts, diff->host_count, &diff->host_cap, sizeof(*hosts));
	if (!hosts)
		return -1;
	diff->hosts = hosts;
	hosts[diff->host_count++] = (struct rep_diff_host){ .name = name };
	return 0;
}

static int add_domain(struct rep_diff *diff, const char *name)
{
	const char **domains = diff->domains;

	if (!name)
		return 0;
	domains = rep_grow(domains, diff->domain_count, &diff->domain_cap, sizeof(*domains));
	if (!domains)
		return -1;
	diff->domains = domains;
	domains[diff->domain_count++] = name;
	return 0;
}

static int add_account(struct rep_diff *diff, const char *user, uint32_t domain)
{
	struct rep_diff_account *accounts = diff->accounts;

	accounts = rep_grow(accounts, diff->account_count, &diff->account_cap, sizeof(*accounts));
	if (!accounts)
		return -1;
	diff->accounts = accounts;
	accounts[diff->account_count++] =
		(struct rep_diff_account){ .user = user, .domain = domain };
	return 0;
}

static int add_error(struct rep_diff *diff, const char *name)
{
	struct rep_diff_error *errors = diff->errors;

	if (!name)
		return 0;
	errors = rep_grow(errors, diff->error_count, &diff->error_cap, sizeof(*errors));
	if (!errors)
		return -1;
	diff->errors = errors;
	errors[diff->error_count++] = (struct rep_diff_error){ .name = name };
	return 0;
}

/* The number of the name in diff->name, and whether it is new: then it is `count`, and *ret_name its copy. Names that
 * differ only in case are one. 0 or -1. */
static int number_of(struct rep_diff *diff, struct str_map *map, size_t count, uint32_t *ret,
		     const char **ret_name)
{
	const char *name = strbuf_text(&diff->name);
	const char *key;

	*ret_name = NULL;
	strbuf_clear(&diff->key);
	text_fold_add(&diff->key, name, diff->name.len);
	if (diff->key.failed || diff->name.failed)
		return -1;
	if (str_map_get(map, strbuf_text(&diff->key), diff->key.len, ret))
		return 0;
	*ret_name = arena_strdup(&diff->texts, name);
	key = *ret_name && strcmp(strbuf_text(&diff->key), name) != 0
		      ? arena_strdup(&diff->texts, strbuf_text(&diff->key))
		      : *ret_name;
	*ret = (uint32_t)count;
	return key ? str_map_put(map, key, diff->key.len, *ret) : -1;
}

/* -- sessions by identity -- */

static uint64_t hash_of(const struct rep_diff_session *session)
{
	uint64_t parts[3] = { (uint64_t)session->logon_at_ms,
			      (uint64_t)session->host << 32 | session->id, session->account };
	uint64_t hash = fnv1a_64(FNV1A_64_START, parts, sizeof(parts));

	return rng_next(&hash); /* FNV-1a leaves the low bits of such keys poor */
}

static bool is_same(const struct rep_diff_session *a, const struct rep_diff_session *b)
{
	return a->host == b->host && a->id == b->id && a->account == b->account &&
	       a->logon_at_ms == b->logon_at_ms;
}

/* The slot of that identity, or the free one where it belongs. The table is never full. */
static uint32_t *slot_of(const struct rep_diff *diff, const struct rep_diff_session *session)
{
	size_t at = hash_of(session) & (diff->index_cap - 1);

	while (diff->index[at] && !is_same(&diff->sessions[diff->index[at] - 1], session))
		at = (at + 1) & (diff->index_cap - 1);
	return &diff->index[at];
}

static int grow_index(struct rep_diff *diff)
{
	size_t cap = diff->index_cap ? diff->index_cap * 2 : INDEX_FIRST_CAP;
	uint32_t *index;

	if ((diff->session_count + 1) * 4 < diff->index_cap * 3)
		return 0;
	index = calloc(cap, sizeof(*index));
	if (!index)
		return -1;
	free(diff->index);
	diff->index = index;
	diff->index_cap = cap;
	for (size_t i = 0; i < diff->session_count; i++)
		*slot_of(diff, &diff->sessions[i]) = (uint32_t)i + 1;
	return 0;
}

/* The session of that identity, made where it is new. NULL: memory is short. */
static struct rep_diff_session *session_of(struct rep_diff *diff,
					   const struct rep_diff_session *identity)
{
	struct rep_diff_session *sessions;
	uint32_t *slot;

	if (grow_index(diff) < 0)
		return NULL;
	slot = slot_of(diff, identity);
	if (*slot)
		return &diff->sessions[*slot - 1];
	sessions = rep_grow(diff->sessions, diff->session_count, &diff->session_cap,
			    sizeof(*sessions));
	if (!sessions)
		return NULL;
	diff->sessions = sessions;
	diff->sessions[diff->session_count] = *identity;
	*slot = (uint32_t)diff->session_count + 1;
	return &diff->sessions[diff->session_count++];
}

/* -- what goes by -- */

static int see_run(void *ctx, const struct rep_run *run)
{
	struct rep_diff_side *side = ctx;

	return rep_head_keep_run(&side->diff->heads[side->side], run) < 0 ? REP_DIFF_NO_MEMORY : 0;
}

static int see_totals(void *ctx, const struct rep_totals *totals)
{
	struct rep_diff_side *side = ctx;

	return rep_head_keep_totals(&side->diff->heads[side->side], totals) < 0 ? REP_DIFF_NO_MEMORY
										: 0;
}

/* 0 and the error's number; -1. */
static int error_of(struct rep_diff *diff, const struct rep_error_kind *kind, uint32_t *ret)
{
	const char *name;

	if (diff->error_count == 0 && add_error(diff, "") < 0) /* 0 stands for none */
		return -1;
	strbuf_clear(&diff->name);
	rep_words_error(&diff->name, kind, " ");
	if (number_of(diff, &diff->error_map, diff->error_count, ret, &name) < 0)
		return -1;
	return add_error(diff, name);
}

static int see_error(void *ctx, const struct rep_error_entry *entry)
{
	struct rep_diff_side *side = ctx;
	struct rep_diff_error *error;
	uint32_t number;

	if (error_of(side->diff, &entry->kind, &number) < 0)
		return REP_DIFF_NO_MEMORY;
	error = &side->diff->errors[number];
	error->hosts[side->side] += (uint32_t)entry->host_count;
	error->sessions[side->side] += entry->sessions;
	return 0;
}

static int see_host(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct rep_diff_side *side = ctx;
	struct rep_diff *diff = side->diff;
	const char *name;

	(void)kind;
	strbuf_clear(&diff->name);
	strbuf_adds(&diff->name, host->name);
	if (number_of(diff, &diff->host_map, diff->host_count, &side->host, &name) < 0 ||
	    add_host(diff, name) < 0)
		return REP_DIFF_NO_MEMORY;
	diff->hosts[side->host].outcome[side->side] = host->outcome;
	return 0;
}

/* The key of a user of a domain: the domain's number, then the folded name, which most often is the name itself. */
#define USER_AT 4

static int make_account_key(struct rep_diff *diff, const char *user, uint32_t domain)
{
	strbuf_clear(&diff->key);
	for (int i = 0; i < USER_AT; i++)
		strbuf_addc(&diff->key, (char)(domain >> 8 * i & 0xFF));
	text_fold_add(&diff->key, user, strlen(user));
	return diff->key.failed ? -1 : 0;
}

static int account_of(struct rep_diff *diff, const struct rep_session *session, uint32_t *ret)
{
	const char *name, *user;
	uint32_t domain;
	char *key;

	strbuf_clear(&diff->name);
	strbuf_adds(&diff->name, session->domain);
	if (number_of(diff, &diff->domain_map, diff->domain_count, &domain, &name) < 0 ||
	    add_domain(diff, name) < 0 || make_account_key(diff, session->user, domain) < 0)
		return -1;
	if (str_map_get(&diff->account_map, diff->key.data, diff->key.len, ret))
		return 0;
	key = arena_alloc(&diff->texts, diff->key.len + 1);
	if (!key)
		return -1;
	memcpy(key, diff->key.data, diff->key.len);
	user = strcmp(key + USER_AT, session->user) == 0
		       ? key + USER_AT
		       : arena_strdup(&diff->texts, session->user);
	*ret = (uint32_t)diff->account_count;
	if (!user || str_map_put(&diff->account_map, key, diff->key.len, *ret) < 0)
		return -1;
	return add_account(diff, user, domain);
}

static int see_session(void *ctx, const struct rep_session *session,
		       const struct rep_error_kind *kind)
{
	struct rep_diff_side *side = ctx;
	struct rep_diff *diff = side->diff;
	struct rep_diff_session identity = { .logon_at_ms = session->logon_at_ms,
					     .host = side->host,
					     .id = session->id };
	struct rep_diff_session *kept;
	uint32_t error = 0;

	if (session->user[0] == '\0')
		return 0;
	if (account_of(diff, session, &identity.account) < 0 ||
	    (kind && error_of(diff, kind, &error) < 0))
		return REP_DIFF_NO_MEMORY;
	kept = session_of(diff, &identity);
	if (!kept)
		return REP_DIFF_NO_MEMORY;
	kept->end[side->side] =
		(uint16_t)((error > ERRORS_MOST ? 0 : error) << OUTCOME_BITS | session->outcome);
	diff->accounts[identity.account].sessions[side->side]++;
	diff->hosts[side->host].sessions[side->side]++;
	return 0;
}

void rep_diff_visitor(struct rep_diff *diff, int side, struct rep_visitor *ret)
{
	*ret = (struct rep_visitor){ .ctx = &diff->sides[side],
				     .run = see_run,
				     .totals = see_totals,
				     .error = see_error,
				     .host = see_host,
				     .session = see_session };
}

/* -- counting -- */

bool rep_diff_is_plan(const struct rep_diff *diff)
{
	return diff->heads[0].run.dry_run && !diff->heads[1].run.dry_run;
}

static void count_plan(struct rep_diff_counts *counts, const struct rep_diff_session *session)
{
	bool planned = rep_diff_outcome(session, 0) == REP_SESSION_PLANNED;
	bool done =
		rep_session_outcome_is_done((enum rep_session_outcome)rep_diff_outcome(session, 1));

	counts->planned += planned;
	counts->planned_done += planned && done;
	counts->planned_not_seen += planned && rep_diff_outcome(session, 1) == REP_DIFF_ABSENT;
	counts->planned_not_done +=
		planned && !done && rep_diff_outcome(session, 1) != REP_DIFF_ABSENT;
	counts->unplanned_done += !planned && done;
}

static void count_session(struct rep_diff_counts *counts, const struct rep_diff_session *session)
{
	uint8_t a = rep_diff_outcome(session, 0), b = rep_diff_outcome(session, 1);

	count_plan(counts, session);
	if (a == REP_DIFF_ABSENT || b == REP_DIFF_ABSENT) {
		counts->only[a == REP_DIFF_ABSENT]++;
		return;
	}
	counts->both++;
	counts->same += a == b;
	counts->changed += a != b;
	counts->moved[a][b]++;
}

int rep_diff_settle(struct rep_diff *diff)
{
	struct rep_diff_counts *counts = &diff->counts;

	if (rep_diff_pair(diff))
		return REP_DIFF_NO_MEMORY;
	memset(counts, 0, sizeof(*counts));
	for (size_t i = 0; i < diff->session_count; i++)
		count_session(counts, &diff->sessions[i]);
	for (size_t i = 0; i < diff->host_count; i++) {
		const struct rep_diff_host *host = &diff->hosts[i];

		if (host->outcome[0] == REP_DIFF_ABSENT || host->outcome[1] == REP_DIFF_ABSENT) {
			counts->hosts_only[host->outcome[0] == REP_DIFF_ABSENT]++;
			continue;
		}
		counts->hosts_both++;
		counts->hosts_changed += host->outcome[0] != host->outcome[1];
	}
	for (size_t i = 0; i < diff->account_count; i++) {
		const uint32_t *sessions = diff->accounts[i].sessions;

		if (sessions[0] > 0 && sessions[1] > 0)
			counts->accounts_both++;
		else
			counts->accounts_only[sessions[0] == 0]++;
	}
	for (size_t i = 1; i < diff->error_count; i++) {
		const uint32_t *hosts = diff->errors[i].hosts;

		counts->errors_new += hosts[0] == 0 && hosts[1] > 0;
		counts->errors_gone += hosts[0] > 0 && hosts[1] == 0;
	}
	return 0;
}

static bool errors_eq(const struct rep_diff *diff)
{
	for (size_t i = 1; i < diff->error_count; i++)
		if (diff->errors[i].hosts[0] != diff->errors[i].hosts[1] ||
		    diff->errors[i].sessions[0] != diff->errors[i].sessions[1])
			return false;
	return true;
}

bool rep_diff_is_equal(const struct rep_diff *diff)
{
	const struct rep_diff_counts *counts = &diff->counts;

	if (rep_diff_is_plan(diff))
		return counts->planned_done == counts->planned && counts->unplanned_done == 0;
	return counts->changed == 0 && counts->only[0] == 0 && counts->only[1] == 0 &&
	       counts->hosts_changed == 0 && counts->hosts_only[0] == 0 &&
	       counts->hosts_only[1] == 0 && errors_eq(diff);
}
