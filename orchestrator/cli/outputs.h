/*
 * outputs.h - the reports a run writes: checked before any host is contacted, written at its end.
 */
#ifndef RDSWEEP_OUTPUTS_H
#define RDSWEEP_OUTPUTS_H

#include "options.h"
#include "report_write.h"
#include "writer.h"

/* Whether all of -o can be written, as far as that can be known now, and none takes the place of
 * another file of this run. 0, or the exit code with the errors printed. */
int outputs_check(const struct options *options);

/* Writes all of them, whatever becomes of one, and says so on `writer`. 0, or the exit code. */
int outputs_write(const struct options *options, const struct rep_record *record,
		  struct writer *writer);

#endif
