/* doubts.c - who may have been asked by an earlier process of a run that goes on. */
#include "fleet_internal.h"

size_t fleet_doubts_of(const struct fleet_doubt *doubts, size_t count, uint32_t host)
{
	size_t first = 0;

	while (first < count) {
		size_t middle = first + (count - first) / 2;

		if (doubts[middle].host < host)
			first = middle + 1;
		else
			count = middle;
	}
	return first;
}

const struct fleet_doubt *fleet_doubt_of(const struct fleet *fleet, uint32_t host, uint32_t row)
{
	const struct fleet_doubt *doubts = fleet->options.doubts;
	size_t count = fleet->options.doubt_count;

	for (size_t i = fleet_doubts_of(doubts, count, host); i < count && doubts[i].host == host;
	     i++)
		if (doubts[i].row == row)
			return &doubts[i];
	return NULL;
}
