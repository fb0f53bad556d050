/*
 * waves.h - which acting hosts go together: `--wave 1,10%,100%`, as Ansible's `serial`.
 *
 * A run has one series of waves, and one more for each sweep: numbers, and with them sizes, go on.
 */
#ifndef RDSWEEP_WAVES_H
#define RDSWEEP_WAVES_H

#include <stddef.h>
#include <stdint.h>

struct fleet_wave;

struct waves {
	uint32_t *hosts;		/* all acting hosts, in the fleet's order; owned */
	size_t count, next;		/* `next` is the first that no wave has had */
	uint32_t number;		/* of the wave that is on, from 1; 0 before the first */
	uint32_t before;		/* waves of the series before this one */
	const struct fleet_wave *sizes; /* kept */
	size_t size_count;
};

/* Takes `hosts`, keeps `sizes`. What was a series before (or zeroed) is released, its numbers go on. */
void waves_init(struct waves *waves, uint32_t *hosts, size_t count, const struct fleet_wave *sizes,
		size_t size_count);
void waves_release(struct waves *waves);

/* The next wave: its first host and how many; 0 when all have had their turn. */
size_t waves_next(struct waves *waves, const uint32_t **ret_hosts);
/* How many waves there will be in all. */
uint32_t waves_total(const struct waves *waves);

#endif
