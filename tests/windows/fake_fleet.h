/*
 * fake_fleet.h - the simulated fleet behind the stand-in wtsapi32.dll: the scenario of
 * RDSWEEP_FAKE_SCENARIO, its state lines in RDSWEEP_FAKE_STATE, handles, and real time that really
 * passes.
 *
 * Threads: any; the model has one lock, which is never held while a call sleeps.
 */
#ifndef FAKE_FLEET_H
#define FAKE_FLEET_H

#include "fake_ledger.h"
#include "sim_model.h"

#include <stdbool.h>
#include <stdint.h>

/* Reads the scenario at the first call. False: there is none that can be used, and the library acts
 * as a stub. */
bool fake_fleet_is_there(void);
bool fake_ex_is_hidden(
	void); /* RDSWEEP_FAKE_HIDE_EX=1: the Ex functions say that they are not implemented */

/* A call from its start to the moment before its end. */
struct fake_call {
	struct sim_model *model;
	uint32_t host;
	struct sim_step step;
	int64_t now_ms; /* the end */
};

/* Starts a call on a handle and waits until its end; the model's lock is then held until
 * fake_call_end(). A call that the scenario lets hang never returns. False, with the last error
 * set: it was no handle. */
bool fake_call_begin(HANDLE server, enum sim_call kind, uint32_t id, struct fake_call *ret);
/* The same without any wait or fault: a further property of a session that was just asked for. */
bool fake_call_begin_quick(HANDLE server, struct fake_call *ret);
void fake_call_end(void);

/* What an id means: WTS_CURRENT_SESSION on this machine is the session that this process runs in.
 */
uint32_t fake_session_id(HANDLE server, DWORD id);

HANDLE fake_open(const WCHAR *name); /* NULL with the last error set */
void fake_close(HANDLE server);
/* Keys of hosts' registries, which are handles as well. NULL: this machine's. NULL when there are too many. */
HANDLE fake_key(const WCHAR *name);
HANDLE fake_key_again(HANDLE key); /* another one of the same host */
bool fake_is_key(HANDLE key);	   /* given and not closed */
void fake_key_close(HANDLE key);
void fake_registry_start(void); /* once: the program's registry calls come here from now on */
void fake_wait_until(int64_t wall_ms); /* SIM_FOREVER: for ever */

#endif
