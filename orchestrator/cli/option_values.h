/*
 * option_values.h - turns the value of an option into what its kind means.
 */
#ifndef RDSWEEP_OPTION_VALUES_H
#define RDSWEEP_OPTION_VALUES_H

#include "options.h"

/* Stores the value (NULL for a flag) in `options`. 0; -1 with a text in *reterr that follows
 * "option '--x'" ("must be ..."), or an empty one when memory is short. */
int option_store(struct options *options, const struct option *option, const char *value,
		 struct strbuf *reterr);

/* The way back: appends value `index` (from 0) as it could be typed. False where there are not so
 * many: an option that is not given has none. A flag that is on has one, which is empty. */
bool option_show(const struct options *options, const struct option *option, size_t index,
		 struct strbuf *out);

/* Whether the option can have more than one value. */
bool option_repeats(const struct option *option);

/* Appends an item. 0, -1 when memory is short. */
int option_texts_add(struct option_texts *texts, const char *item);

/* A whole decimal number without sign: 0, or -1 where it is none or larger than `max`. */
int option_integer(const char *text, size_t len, int64_t max, int64_t *ret_value);

#endif
