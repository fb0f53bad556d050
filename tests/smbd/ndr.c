#include "ndr.h"

#include <string.h>

#include "session_api.h"
#include "text.h"
#include "wts_text.h"

void ndr_align(struct ndr_in *in, size_t size)
{
	(void)ndr_bytes(in, (size - in->at % size) % size);
}

const uint8_t *ndr_bytes(struct ndr_in *in, size_t len)
{
	const uint8_t *bytes = in->bytes + in->at;

	if (in->failed || in->len - in->at < len) {
		in->failed = true;
		return NULL;
	}
	in->at += len;
	return bytes;
}

static uint32_t little_endian(struct ndr_in *in, size_t size)
{
	const uint8_t *bytes;
	uint32_t value = 0;

	ndr_align(in, size);
	bytes = ndr_bytes(in, size);
	for (size_t i = size; bytes && i-- > 0;)
		value = value << 8 | bytes[i];
	return value;
}

uint8_t ndr_u8(struct ndr_in *in)
{
	return (uint8_t)little_endian(in, 1);
}

uint16_t ndr_u16(struct ndr_in *in)
{
	return (uint16_t)little_endian(in, 2);
}

uint32_t ndr_u32(struct ndr_in *in)
{
	return little_endian(in, 4);
}

void ndr_wide_string(struct ndr_in *in, struct strbuf *ret)
{
	uint32_t max = ndr_u32(in);
	uint32_t offset = ndr_u32(in);
	uint32_t count = ndr_u32(in);
	uint16_t unit = 1;

	if (offset != 0 || count == 0 || count > max || count > in->len)
		in->failed = true;
	for (uint32_t i = 0; i < count && !in->failed; i++) {
		unit = ndr_u16(in);
		if (unit == 0 && i + 1 < count)
			in->failed = true;
		/* Pairs of surrogates are put together by their neighbour. */
		if (unit >= 0xD800 && unit < 0xDC00 && i + 1 < count) {
			uint16_t pair[2] = { unit, ndr_u16(in) };

			i++;
			unit = pair[1];
			utf8_from_utf16(ret, pair, 2);
		} else if (unit) {
			utf8_from_utf16(ret, &unit, 1);
		}
	}
	if (unit != 0)
		in->failed = true;
}

static void put(struct strbuf *out, uint64_t value, size_t size)
{
	ndr_put_align(out, size);
	for (size_t i = 0; i < size; i++)
		strbuf_addc(out, (char)(uint8_t)(value >> 8 * i));
}

void ndr_put_u8(struct strbuf *out, uint8_t value)
{
	put(out, value, 1);
}

void ndr_put_u16(struct strbuf *out, uint16_t value)
{
	put(out, value, 2);
}

void ndr_put_u32(struct strbuf *out, uint32_t value)
{
	put(out, value, 4);
}

void ndr_put_u64(struct strbuf *out, uint64_t value)
{
	put(out, value, 8);
}

void ndr_put_align(struct strbuf *out, size_t size)
{
	while (out->len % size && !out->failed)
		strbuf_addc(out, '\0');
}

void ndr_put_field(struct strbuf *out, const char *text, size_t size)
{
	uint16_t units[SESSION_TEXT_SIZE] = { 0 };
	size_t len = wts_text_units(units, SESSION_TEXT_SIZE, text);

	for (size_t i = 0; i < size; i++)
		ndr_put_u16(out, i < len && i + 1 < size ? units[i] : 0);
}
