/* waves.c - see waves.h. */
#include "waves.h"

#include "fleet.h"

#include <stdlib.h>
#include <string.h>

void waves_init(struct waves *waves, uint32_t *hosts, size_t count, const struct fleet_wave *sizes,
		size_t size_count)
{
	uint32_t before = waves->number;

	waves_release(waves);
	waves->number = waves->before = before;
	waves->hosts = hosts;
	waves->count = count;
	waves->sizes = sizes;
	waves->size_count = size_count;
}

void waves_release(struct waves *waves)
{
	free(waves->hosts);
	memset(waves, 0, sizeof(*waves));
}

static size_t size_of(const struct waves *waves, uint32_t number)
{
	const struct fleet_wave *size;
	size_t hosts;

	if (!waves->size_count)
		return waves->count;
	size = &waves->sizes[number <= waves->size_count ? number - 1 : waves->size_count - 1];
	hosts = size->percent ? waves->count * size->amount / 100 : size->amount;
	return hosts ? hosts : 1;
}

size_t waves_next(struct waves *waves, const uint32_t **ret_hosts)
{
	size_t left = waves->count - waves->next, size;

	if (!left)
		return 0;
	size = size_of(waves, ++waves->number);
	if (size > left)
		size = left;
	*ret_hosts = waves->hosts + waves->next;
	waves->next += size;
	return size;
}

uint32_t waves_total(const struct waves *waves)
{
	uint32_t number = waves->before;
	size_t at = 0;

	while (at < waves->count)
		at += size_of(waves, ++number);
	return number;
}
