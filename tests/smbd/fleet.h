/*
 * fleet.h - the simulated fleet behind the session service: the scenario of --sim and its state
 * lines, which of the machine's addresses is which host, and real time that really passes.
 *
 * Threads: any; the model has one lock, which is never held while a call sleeps.
 */
#ifndef SMBD_FLEET_H
#define SMBD_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim_model.h"

struct fleet;
struct fleet_host; /* lives as long as the fleet */

struct fleet_options {
	const char *scenario; /* path */
	const char *hosts;    /* path: lines `ADDRESS NAME`, as /etc/hosts has them */
	const char *state;    /* path; NULL: effects are not kept */
};
/* NULL, with what is wrong on standard error. */
struct fleet *fleet_create(const struct fleet_options *options);

/* The host at one of the machine's addresses; NULL: none. */
struct fleet_host *fleet_host_at(struct fleet *fleet, const char *address);
const char *fleet_host_name(const struct fleet_host *host);

int64_t fleet_now_ms(void); /* UTC */

/* A call from its start to the moment before its end. */
struct fleet_call {
	struct fleet *fleet;
	struct sim_model *model;
	uint32_t host; /* the model's number */
	struct sim_step step;
	int64_t now_ms; /* the end */
};
/* Starts a call and waits until its end; the model's lock is then held until fleet_end(). A call that
 * the scenario lets hang waits until the peer of `fd` has gone; false then, and there is no lock. */
bool fleet_begin(struct fleet *fleet, struct fleet_host *host, enum sim_call kind, uint32_t id,
		 int fd, struct fleet_call *ret);
void fleet_end(struct fleet_call *call);
/* A look that is no call of the scenario's: at once and without faults. Takes the lock as well. */
void fleet_peek(struct fleet *fleet, struct fleet_host *host, struct fleet_call *ret);

/* What an enumeration has shown of one session. */
struct fleet_listed {
	uint32_t id;
	enum session_state state;
	char *station;
	char *domain;
	char *user;
};
/* Keeps the rows of an enumeration, instead of those of the one before, for fleet_listed_take(). Under
 * the lock. 0 or -1. */
int fleet_listed_start(struct fleet_host *host, size_t bound);
int fleet_listed_add(struct fleet_host *host, const struct sim_view *view);
/* One row of the last enumeration, each once. False: it was no row, or was taken. The caller
 * releases it. Takes the lock. */
bool fleet_listed_take(struct fleet *fleet, struct fleet_host *host, uint32_t id,
		       struct fleet_listed *ret);
void fleet_listed_release(struct fleet_listed *listed);

#endif
