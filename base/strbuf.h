/*
 * strbuf.h - a growing byte string.
 *
 * The first allocation that fails sets `failed`; later calls then change nothing, so that a caller
 * builds a whole text and asks once, at the end.
 * Ownership: the buffer owns `data`; strbuf_steal() hands it over (free() it).
 */
#ifndef RDSWEEP_STRBUF_H
#define RDSWEEP_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#if defined(__MINGW32__)
/* C's own formats: "printf" means the old run-time library's there. */
#define STRBUF_PRINTF(fmt, args) __attribute__((format(gnu_printf, fmt, args)))
#elif defined(__GNUC__)
#define STRBUF_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define STRBUF_PRINTF(fmt, args)
#endif

struct strbuf {
	char *data; /* always NUL-terminated once anything was added; NULL before */
	size_t len; /* bytes without the NUL */
	size_t cap; /* private */
	bool failed;
};

void strbuf_init(struct strbuf *buf);
void strbuf_release(struct strbuf *buf);
void strbuf_clear(struct strbuf *buf); /* empty again, memory kept, `failed` reset */

void strbuf_add(struct strbuf *buf, const void *bytes, size_t len);
void strbuf_adds(struct strbuf *buf, const char *text);
void strbuf_addc(struct strbuf *buf, char byte);
void strbuf_addf(struct strbuf *buf, const char *format, ...) STRBUF_PRINTF(2, 3);
void strbuf_vaddf(struct strbuf *buf, const char *format, va_list args) STRBUF_PRINTF(2, 0);

/* The text, never NULL ("" when empty). Borrowed until the next change. */
const char *strbuf_text(const struct strbuf *buf);

/* Hands the bytes to the caller, who frees them; NULL when `failed`. The buffer is empty
 * afterwards. */
char *strbuf_steal(struct strbuf *buf, size_t *ret_len);

#endif
