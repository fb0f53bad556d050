#include "report_grow.h"

#include <stdlib.h>

#define FIRST_CAP 64

void *rep_grow(void *items, size_t count, size_t *cap, size_t item_size)
{
	size_t wanted = *cap ? *cap + *cap / 2 : FIRST_CAP;
	void *grown;

	if (count < *cap)
		return items;
	grown = realloc(items, wanted * item_size);
	if (grown)
		*cap = wanted;
	return grown;
}
