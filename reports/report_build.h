/*
 * report_build.h - private to reports: a JSON object, built member by member with cJSON, then
 * printed.
 *
 * Usage:     rep_build_begin(), the put functions, then rep_build_end() or rep_build_end_lines(),
 *            which free it.
 * Errors:    the first failure (memory is short) sticks; members put after it are dropped, and the
 *            end fails.
 * Ownership: keys and texts are borrowed until the end; texts that are not UTF-8 are repaired into
 *            the arena.
 */
#ifndef RDSWEEP_REPORT_BUILD_H
#define RDSWEEP_REPORT_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "strbuf.h"

struct cJSON;

/* What an object shares with those inside of it. */
struct rep_build {
	struct arena *repaired;
	bool failed;
};

struct rep_building {
	struct rep_build *build;
	struct cJSON *object; /* owned by the outermost one; NULL after a failure */
};

struct rep_building rep_build_begin(struct rep_build *build);

void rep_put_null(struct rep_building *to, const char *key);
void rep_put_bool(struct rep_building *to, const char *key, bool value);
void rep_put_int(struct rep_building *to, const char *key, int64_t value);
void rep_put_count_or_null(struct rep_building *to, const char *key, int64_t value); /* null: < 0 */
void rep_put_time(struct rep_building *to, const char *key, int64_t ms);
void rep_put_text(struct rep_building *to, const char *key, const char *text);
void rep_put_text_or_null(struct rep_building *to, const char *key,
			  const char *text); /* null: "" */
void rep_put_texts(struct rep_building *to, const char *key, const char *const *texts,
		   size_t count);
/* An object inside of an object: not to be ended. */
struct rep_building rep_put_object(struct rep_building *to, const char *key);
/* An array, and an object at its end: neither is ended either. */
struct rep_building rep_put_array(struct rep_building *to, const char *key);
struct rep_building rep_put_element(struct rep_building *array);

/* Append it on one line, without its last `cut` bytes; or with a line for each member. 0 or -1. */
int rep_build_end(struct rep_building *built, struct strbuf *out, size_t cut);
int rep_build_end_lines(struct rep_building *built, struct strbuf *out);

#endif
