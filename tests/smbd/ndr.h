/*
 * ndr.h - NDR32, little endian: what a stub is made of, read strictly and written.
 *
 * Reading: a value is aligned to its own size first, and the bytes skipped must be there. The first
 * value that is not whole sets `failed`, and all later ones are 0: a caller reads a whole stub and
 * asks once, at the end.
 * Writing: into a strbuf that holds the stub from its first byte, as alignment counts from there.
 */
#ifndef SMBD_NDR_H
#define SMBD_NDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strbuf.h"

struct ndr_in {
	const uint8_t *bytes; /* borrowed */
	size_t len;
	size_t at;
	bool failed;
};
uint8_t ndr_u8(struct ndr_in *in);
uint16_t ndr_u16(struct ndr_in *in);
uint32_t ndr_u32(struct ndr_in *in);
/* `len` bytes as they are; NULL where they are not there. */
const uint8_t *ndr_bytes(struct ndr_in *in, size_t len);
void ndr_align(struct ndr_in *in, size_t size);
/* A conformant varying string of UTF-16 with its zero, as `[string] WCHAR *` behind a ref pointer.
 * Appends it as UTF-8. Fails where offset, counts or the zero are not as they have to be. */
void ndr_wide_string(struct ndr_in *in, struct strbuf *ret);

void ndr_put_u8(struct strbuf *out, uint8_t value);
void ndr_put_u16(struct strbuf *out, uint16_t value);
void ndr_put_u32(struct strbuf *out, uint32_t value);
void ndr_put_u64(struct strbuf *out, uint64_t value);
void ndr_put_align(struct strbuf *out, size_t size);
/* A fixed field of `size` code units, zero-terminated: a longer text is cut, also between two halves
 * of a surrogate pair, as Windows does. */
void ndr_put_field(struct strbuf *out, const char *text, size_t size);

#endif
