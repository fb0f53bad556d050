/*
 * sim_lives.h - inside the simulated fleet: its hosts, who lives on them, and what a time makes of
 * it. For sim_model.c and sim_replay.c only.
 *
 * Words: a *life* is one identity under one id, with a beginning and an end. Lives 0 to base_count
 * - 1 of a host follow from the scenario and are there from the start; later ones (a user who came
 * back, a user who was swapped in) are stored. A *change* is what happened to a life. A *standing*
 * is what all changes together make of a life.
 *
 * Usage: sim_stand() first; what is said to come after it reads the standings it left, of that one
 * host.
 */
#ifndef RDSWEEP_SIM_LIVES_H
#define RDSWEEP_SIM_LIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "sim_model.h"
#include "str_map.h"
#include "strbuf.h"

#define SIM_CODE_ACCESS_DENIED	    5u
#define SIM_CODE_NOT_ENOUGH_MEMORY  8u
#define SIM_CODE_DISK_FULL	    112u
#define SIM_CODE_INVALID_STATE	    5023u
#define SIM_CODE_CLOSE_PENDING	    7007u
#define SIM_CODE_NOT_FOUND	    7022u
#define SIM_CODE_CONSOLE_DISCONNECT 7041u

#define SIM_CONSOLE_ID 1u
#define SIM_NO_LIFE    UINT32_MAX

enum sim_change_kind {
	SIM_CHANGE_CLOSE,
	SIM_CHANGE_LEAVE,
	SIM_CHANGE_SWAP,
	SIM_CHANGE_DISCONNECT,
	SIM_CHANGE_DRAIN
};

struct sim_change {
	int64_t at_ms;
	int64_t due_ms; /* the end of the life, where the change ends it */
	uint32_t life;	/* SIM_CHANGE_DRAIN: the mode */
	uint32_t kind;	/* enum sim_change_kind */
};

struct sim_life {
	int64_t from_ms;
	uint32_t id;
	uint32_t generation;	      /* logon time: epoch + so many seconds */
	uint32_t base;		      /* whose client, vm and farm it has */
	uint32_t parent;	      /* whose place it takes */
	const struct sim_fault *swap; /* NULL: a comeback */
};

struct sim_fleet_host {
	const char *name;
	const struct sim_host *spec; /* NULL: the scenario does not name it */
	uint64_t seed;
	struct sim_change *changes;
	struct sim_life *lives;
	uint32_t *fault_uses; /* per fault of the scenario's; NULL where it has none */
	uint32_t change_count;
	uint32_t change_cap;
	uint32_t life_count;
	uint32_t life_cap;
	uint32_t base_count;
	uint32_t generation; /* the last one given away */
	uint32_t calls[SIM_CALL_COUNT];
	bool enumerated; /* swaps have happened */
};

struct sim_standing {
	int64_t from_ms;
	int64_t until_ms;
	int64_t close_at_ms;	    /* when a logoff was accepted; SIM_FOREVER */
	int64_t disconnected_at_ms; /* by a call; SIM_FOREVER */
	int64_t leaves_at_ms;	    /* by himself; SIM_FOREVER */
	bool left_recorded;
	bool returned;
	bool swapped;
};

struct sim_model {
	const struct sim_scenario *scenario;
	int (*sink)(void *ctx, const char *line, size_t len);
	void *sink_ctx;
	int64_t start_ms;
	bool has_lines; /* start_ms is the first line's */
	struct sim_fleet_host *hosts;
	size_t host_count;
	size_t host_cap;
	struct str_map names;		/* folded name to index */
	struct arena arena;		/* names */
	struct strbuf text;		/* scratch: folded names, lines */
	struct sim_standing *standings; /* scratch: the lives of one host */
	uint32_t *order;		/* scratch: the lives that are present */
	size_t scratch_cap;
};

static inline int sim_fail(uint32_t *reterr_code, uint32_t code)
{
	*reterr_code = code;
	return -1;
}

static inline int64_t sim_earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* A well-mixed starting point for the generator. */
uint64_t sim_mix(uint64_t seed, uint64_t value);

/* Lives. */
uint32_t sim_lives_of(const struct sim_fleet_host *host); /* how many */
/* NULL for one that follows from the scenario. */
const struct sim_life *sim_stored_life(const struct sim_fleet_host *host, uint32_t life);
uint32_t sim_life_id(const struct sim_fleet_host *host, uint32_t life);
int64_t sim_returns_after(const struct sim_fleet_host *host, uint32_t life); /* ms or SIM_NEVER */

/* Works out the standing of every life of a host. Never fails: room is made together with the
 * lives. */
void sim_stand(struct sim_model *model, const struct sim_fleet_host *host);
bool sim_present(const struct sim_standing *standing, int64_t t_ms);
bool sim_closing(const struct sim_standing *standing, int64_t t_ms); /* of one that is present */
/* The life that holds an id at a time, or SIM_NO_LIFE. After sim_stand(). */
uint32_t sim_life_under(const struct sim_model *model, const struct sim_fleet_host *host,
			uint32_t id, int64_t t_ms);
enum session_drain sim_drain_at(const struct sim_fleet_host *host, int64_t t_ms);

/* Views. */
void sim_view_life(const struct sim_model *model, const struct sim_fleet_host *host, uint32_t life,
		   int64_t t_ms, struct sim_view *view); /* after sim_stand() */
/* What a life that came later changes of the view of the session it comes from; view->id is set. */
void sim_view_stored(const struct sim_model *model, const struct sim_life *life,
		     struct sim_view *view);
/* The sessions that every host has. True where `id` is one of them. */
bool sim_view_builtin(uint32_t id, struct sim_view *view);

/* Writing: first the room (0, or -1 when memory is short), then what cannot fail. */
int sim_reserve_change(struct sim_fleet_host *host);
int sim_reserve_life(struct sim_model *model, struct sim_fleet_host *host);
void sim_change_add(struct sim_fleet_host *host, enum sim_change_kind kind, uint32_t life,
		    int64_t at_ms, int64_t due_ms);
/* A life that takes its parent's place; sets its base. */
void sim_life_add(struct sim_fleet_host *host, struct sim_life life);
/* A state line was written or read: the first one is the fleet's start. */
void sim_first_line_at(struct sim_model *model, int64_t t_ms);

#endif
