/*
 * progress_frame.h - a picture of a run as text: a frame of a few lines for a terminal, or one line for a log.
 *
 * Pure: what is shown depends on the arguments alone.
 * Threads: no state. Errors: as strbuf.h says.
 */
#ifndef RDSWEEP_PROGRESS_FRAME_H
#define RDSWEEP_PROGRESS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fleet.h"
#include "record.h"
#include "strbuf.h"

#define PROGRESS_CLOCK_SIZE 24

struct progress_view {
	const char *command; /* of the run */
	bool simulated;
	const struct fleet_progress *run;
	const struct rep_error_kind *kinds; /* of the record, for its troubles */
};

/* Appends a frame for a terminal of so many columns and rows (0: not known). Every line has its end
 * and is narrower than the terminal; there are fewer lines than rows. Names are escaped. */
void progress_frame(struct strbuf *out, const struct progress_view *view, size_t columns,
		    size_t rows, bool colors);

/* Appends one line, without its end, that says the same to a log. */
void progress_line(struct strbuf *out, const struct progress_view *view);

/* What is left of the phase if it goes on as so far; -1 while that cannot be said. */
int64_t progress_left_ms(const struct fleet_progress *run);

/* `0:07`, `12:34`, `1:02:03`; "" where negative. */
void progress_clock(int64_t ms, char out[PROGRESS_CLOCK_SIZE]);

#endif
