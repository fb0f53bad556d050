#include "report_copy.h"

#include <string.h>

void rep_copy_init(struct rep_copy *copy, struct rep_writer *const *writers, size_t count)
{
	memset(copy, 0, sizeof(*copy));
	copy->writers = writers;
	copy->count = count;
	rep_head_init(&copy->kept);
}

void rep_copy_release(struct rep_copy *copy)
{
	rep_head_release(&copy->kept);
	memset(copy, 0, sizeof(*copy));
}

static int see_run(void *ctx, const struct rep_run *run)
{
	struct rep_copy *copy = ctx;

	copy->have_run = true;
	return rep_head_keep_run(&copy->kept, run) < 0 ? REP_COPY_FAILED : 0;
}

static int see_totals(void *ctx, const struct rep_totals *totals)
{
	struct rep_copy *copy = ctx;

	copy->have_totals = true;
	return rep_head_keep_totals(&copy->kept, totals) < 0 ? REP_COPY_FAILED : 0;
}

static int see_error(void *ctx, const struct rep_error_entry *entry)
{
	struct rep_copy *copy = ctx;

	if (copy->begun) /* `errors` after `hosts`: they would be missing from the output */
		return REP_COPY_ORDER;
	return rep_head_keep_error(&copy->kept, entry) < 0 ? REP_COPY_FAILED : 0;
}

static int begin(struct rep_copy *copy)
{
	if (copy->begun)
		return 0;
	if (!copy->have_run || !copy->have_totals)
		return REP_COPY_ORDER;
	copy->begun = true;
	for (size_t i = 0; i < copy->count; i++)
		if (rep_writer_begin(copy->writers[i], &copy->kept.head) < 0)
			return REP_COPY_FAILED;
	return 0;
}

static int see_host(void *ctx, const struct rep_host *host, const struct rep_error_kind *kind)
{
	struct rep_copy *copy = ctx;
	int status = begin(copy);

	if (status)
		return status;
	for (size_t i = 0; i < copy->count; i++)
		if (rep_writer_host(copy->writers[i], host, kind) < 0)
			return REP_COPY_FAILED;
	return 0;
}

static int see_session(void *ctx, const struct rep_session *session,
		       const struct rep_error_kind *kind)
{
	struct rep_copy *copy = ctx;

	for (size_t i = 0; i < copy->count; i++)
		if (rep_writer_session(copy->writers[i], session, kind) < 0)
			return REP_COPY_FAILED;
	return 0;
}

static int see_host_end(void *ctx)
{
	struct rep_copy *copy = ctx;

	for (size_t i = 0; i < copy->count; i++)
		if (rep_writer_host_end(copy->writers[i]) < 0)
			return REP_COPY_FAILED;
	return 0;
}

void rep_copy_visitor(struct rep_copy *copy, struct rep_visitor *ret)
{
	*ret = (struct rep_visitor){ .ctx = copy,
				     .run = see_run,
				     .totals = see_totals,
				     .error = see_error,
				     .host = see_host,
				     .session = see_session,
				     .host_end = see_host_end };
}

int rep_copy_end(struct rep_copy *copy)
{
	int status = begin(copy);

	for (size_t i = 0; i < copy->count && !status; i++)
		if (rep_writer_end(copy->writers[i]) < 0)
			status = REP_COPY_FAILED;
	return status;
}
