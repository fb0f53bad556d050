/* krb_ccache.c - see krb_ccache.h. Numbers are big endian. */
#include "krb_ccache.h"

#include <stdbool.h>
#include <string.h>

#define VERSION_3   0x0503u
#define VERSION_4   0x0504u
#define PARTS_MOST  64u /* of a principal's name */
#define TICKETS_TGS "krbtgt"
#define NOT_A_CACHE "it is not a Kerberos credentials cache of version 3 or 4"
#define CUT_SHORT   "it ends in the middle"

struct reader {
	const uint8_t *bytes;
	size_t left;
	const char *wrong;
};

static const uint8_t *take(struct reader *reader, size_t size)
{
	const uint8_t *at = reader->bytes;

	if (reader->wrong || reader->left < size) {
		if (!reader->wrong)
			reader->wrong = CUT_SHORT;
		return NULL;
	}
	reader->bytes += size;
	reader->left -= size;
	return at;
}

static uint32_t take_u16(struct reader *reader)
{
	const uint8_t *at = take(reader, 2);

	return at ? (uint32_t)at[0] << 8 | at[1] : 0;
}

static uint32_t take_u32(struct reader *reader)
{
	uint32_t high = take_u16(reader);

	return high << 16 | take_u16(reader);
}

/* Bytes with their length before them. */
static const uint8_t *take_data(struct reader *reader, uint32_t *ret_len)
{
	*ret_len = take_u32(reader);
	return take(reader, *ret_len);
}

static void skip_data(struct reader *reader)
{
	uint32_t len;

	(void)take_data(reader, &len);
}

/* Addresses, or authorization data. */
static void skip_list(struct reader *reader)
{
	uint32_t count = take_u32(reader);

	for (uint32_t i = 0; i < count && !reader->wrong; i++) {
		(void)take_u16(reader);
		skip_data(reader);
	}
}

static void copy_name(struct reader *reader, char out[KRB_CCACHE_NAME_SIZE])
{
	uint32_t len;
	const uint8_t *at = take_data(reader, &len);

	if (!at)
		return;
	if (len >= KRB_CCACHE_NAME_SIZE)
		len = KRB_CCACHE_NAME_SIZE - 1;
	memcpy(out, at, len);
	out[len] = '\0';
}

/* A principal: its first part and its realm. */
static void take_principal(struct reader *reader, char first[KRB_CCACHE_NAME_SIZE],
			   char realm[KRB_CCACHE_NAME_SIZE])
{
	uint32_t parts;

	first[0] = realm[0] = '\0';
	(void)take_u32(reader); /* type of the name */
	parts = take_u32(reader);
	if (parts > PARTS_MOST)
		reader->wrong = NOT_A_CACHE;
	copy_name(reader, realm);
	for (uint32_t i = 0; i < parts && !reader->wrong; i++) {
		if (i == 0)
			copy_name(reader, first);
		else
			skip_data(reader);
	}
}

static void take_ticket(struct reader *reader, bool version_3, struct krb_ccache *cache)
{
	char first[KRB_CCACHE_NAME_SIZE], realm[KRB_CCACHE_NAME_SIZE];
	int64_t end;

	take_principal(reader, first, realm); /* the client */
	take_principal(reader, first, realm); /* the server */
	(void)take_u16(reader);		      /* type of the key */
	if (version_3)
		(void)take_u16(reader); /* once more */
	skip_data(reader);		/* the key */
	(void)take_u32(reader);		/* when it was got, */
	(void)take_u32(reader);		/* is good from, */
	end = take_u32(reader);		/* is good until */
	(void)take_u32(reader);		/* and may be renewed until */
	(void)take(reader, 1);		/* of two tickets? */
	(void)take_u32(reader);		/* flags */
	skip_list(reader);
	skip_list(reader);
	skip_data(reader); /* the ticket */
	skip_data(reader); /* the second one */
	if (!reader->wrong && strcmp(first, TICKETS_TGS) == 0 && end > cache->good_until_s)
		cache->good_until_s = end;
}

int krb_ccache_read(const uint8_t *bytes, size_t len, struct krb_ccache *ret,
		    const char **reterr_what)
{
	struct reader reader = { bytes, len, NULL };
	struct krb_ccache cache = { .good_until_s = -1 };
	uint32_t version = take_u16(&reader);

	if (version == VERSION_4)
		(void)take(&reader, take_u16(&reader)); /* the header */
	else if (version != VERSION_3)
		reader.wrong = NOT_A_CACHE;
	take_principal(&reader, cache.user, cache.realm);
	while (!reader.wrong && reader.left)
		take_ticket(&reader, version == VERSION_3, &cache);
	/* Somebody may just be adding a ticket: half of it takes nothing from those before. */
	if (reader.wrong && cache.good_until_s < 0) {
		*reterr_what = reader.wrong;
		return -1;
	}
	*ret = cache;
	return 0;
}
