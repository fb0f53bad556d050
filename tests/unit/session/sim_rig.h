/*
 * sim_rig.h - for tests: a model of a simulated fleet with everything it lives on, the calls on one
 * of its hosts, and what is there as a text.
 *
 *   struct rig rig;
 *   rig_up(&rig, scenario_of(RIG_THREE RIG_END), false);
 *   assert_int_equal(rig_logoff(&rig, 2, RIG_START), 0);
 *   assert_users(&rig, RIG_START + 900, "3 bob,");
 *   rig_down(&rig);
 */
#ifndef SIM_RIG_H
#define SIM_RIG_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "sim_model.h"
#include "sim_test.h"
#include "strbuf.h"

#define RIG_START (EPOCH + INT64_C(3600000))

/* Three sessions of rdsh001: alice in 2, bob disconnected in 3, nobody in 5. */
#define RIG_THREE                                                                                  \
	"{\"schema\":\"rdsweep.sim/1\",\"defaults\":{\"jitter\":0},\"hosts\":{\"RDSH001\":"        \
	"{\"sessions\":[{\"id\":2,\"user\":\"CORP\\\\alice\",\"idle_s\":60,\"client\":\"PC1\"},"   \
	"{\"id\":3,\"user\":\"CORP\\\\bob\",\"state\":\"disconnected\"},"                          \
	"{\"id\":5,\"state\":\"connected\"}]"
#define RIG_END			"}}}"
#define RIG_WITH_FAULTS(faults) RIG_THREE ",\"faults\":[" faults "]" RIG_END

/* The host is rdsh001; another one is taken with sim_model_host(). */
struct rig {
	struct sim_scenario *scenario;
	struct sim_model *model;
	struct strbuf lines; /* what the sink was given */
	bool full;	     /* the sink refuses */
	uint32_t host;
};

/* Takes the scenario. Virtual time begins at RIG_START. */
void rig_up(struct rig *rig, struct sim_scenario *scenario, bool with_sink);
void rig_down(struct rig *rig);

extern const struct sim_step rig_no_fault;
struct sim_step rig_plan(struct rig *rig, enum sim_call call, uint32_t id, int64_t now_ms);

/* Calls with the faults of the scenario: the codes that they end with, 0 for success. */
uint32_t rig_logoff(struct rig *rig, uint32_t id, int64_t now_ms);
uint32_t rig_disconnect(struct rig *rig, uint32_t id, int64_t now_ms);
uint32_t rig_message(struct rig *rig, uint32_t id, int64_t now_ms);
uint32_t rig_drain(struct rig *rig, enum session_drain mode, int64_t now_ms);
uint32_t rig_query(struct rig *rig, uint32_t id, int64_t now_ms, struct sim_view *view);

/* For a listing as text: "2 active CORP\alice logon idle station client closing", one session a
 * line; and "2 alice!,", only the sessions with a user, where ! is closing. `ctx` is a strbuf. */
int rig_add_row(void *ctx, const struct sim_view *view);
int rig_add_user(void *ctx, const struct sim_view *view);

/* All that is there at a time, into `out`, without a call. */
void rig_listing(struct rig *rig, int64_t t_ms, sim_model_row row, struct strbuf *out);
/* The same with rig_add_user(), compared. */
void assert_users(struct rig *rig, int64_t t_ms, const char *want);
/* The call, which must succeed. */
void rig_enumerate(struct rig *rig, int64_t now_ms, struct strbuf *out);

#endif
