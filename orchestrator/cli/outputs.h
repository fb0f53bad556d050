/*
 * outputs.h - the reports a run writes: checked before any host is contacted, written at its end.
 *
 * Ownership: paths are kept, not copied.
 * Threads:   one thread.
 */
#ifndef RDSWEEP_OUTPUTS_H
#define RDSWEEP_OUTPUTS_H

#include "options.h"
#include "report_write.h"
#include "writer.h"

struct output {
	const char *path;
	bool overwrite; /* whatever file is there */
	bool own; /* of the run from its start: where a report of this very run is, it may be replaced */
	bool written; /* by outputs_write() */
};

struct outputs {
	struct output *items;
	size_t count;
	const char *run_id; /* of a run that goes on; NULL: of one that begins */
};

/* What the end of a report's name says. 0, or 2 with the error printed. */
int output_format(const char *path, enum rep_format *ret_format);

void outputs_init(struct outputs *outputs);
void outputs_release(struct outputs *outputs);

/* Adds -o's; `about` has no path. One that names the same file as one of an earlier call is left
 * out. 0, -1 when memory is short. */
int outputs_add(struct outputs *outputs, const struct option_texts *reports,
		const struct output *about);

/* Whether all of them can be written, as far as that can be known now, and none takes the place of
 * another file of this run. 0, or the exit code with the errors printed. */
int outputs_check(const struct outputs *outputs, const struct options *options);

/* Writes all of them, whatever becomes of one, and says so on `writer`. 0, or the exit code. */
int outputs_write(struct outputs *outputs, const struct rep_record *record, struct writer *writer);
/* The run's exit code has become another one since then: those that were written tell it, too. */
void outputs_write_again(struct outputs *outputs, const struct rep_record *record,
			 struct writer *writer);

/* What a settled run leaves as it is: its own reports that tell of its end already, and files that have
 * taken the place of one. Those are taken out. `record` is the run's. */
void outputs_drop_settled(struct outputs *outputs, const struct rep_record *record);

#endif
