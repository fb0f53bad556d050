#include "strbuf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRBUF_FIRST_BYTES 64

void strbuf_init(struct strbuf *buf)
{
	buf->data = NULL;
	buf->len = 0;
	buf->cap = 0;
	buf->failed = false;
}

void strbuf_release(struct strbuf *buf)
{
	free(buf->data);
	strbuf_init(buf);
}

void strbuf_clear(struct strbuf *buf)
{
	buf->len = 0;
	buf->failed = false;
	if (buf->data) {
		buf->data[0] = '\0';
	}
}

/* Room for `extra` more bytes and the NUL; false, and `failed`, when there is none. */
static bool make_room(struct strbuf *buf, size_t extra)
{
	if (buf->failed) {
		return false;
	}
	if (extra < buf->cap - buf->len) {
		return true;
	}
	if (extra > SIZE_MAX / 2 - buf->len - 1) {
		buf->failed = true;
		return false;
	}
	size_t need = buf->len + extra + 1;
	size_t cap = buf->cap + buf->cap / 2;
	if (cap < STRBUF_FIRST_BYTES) {
		cap = STRBUF_FIRST_BYTES;
	}
	if (cap < need) {
		cap = need;
	}
	char *data = realloc(buf->data, cap);
	if (!data) {
		buf->failed = true;
		return false;
	}
	data[buf->len] = '\0';
	buf->data = data;
	buf->cap = cap;
	return true;
}

void strbuf_add(struct strbuf *buf, const void *bytes, size_t len)
{
	if (!make_room(buf, len)) {
		return;
	}
	if (len) {
		memcpy(buf->data + buf->len, bytes, len);
	}
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void strbuf_adds(struct strbuf *buf, const char *text)
{
	strbuf_add(buf, text, strlen(text));
}

void strbuf_addc(struct strbuf *buf, char byte)
{
	if (!make_room(buf, 1)) {
		return;
	}
	buf->data[buf->len++] = byte;
	buf->data[buf->len] = '\0';
}

void strbuf_addf(struct strbuf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	strbuf_vaddf(buf, format, args);
	va_end(args);
}

void strbuf_vaddf(struct strbuf *buf, const char *format, va_list args)
{
	if (!make_room(buf, 0)) {
		return;
	}
	va_list again;
	va_copy(again, args);
	/* Most texts fit what is there already. */
	size_t spare = buf->cap - buf->len;
	int len = vsnprintf(buf->data + buf->len, spare, format, args);
	if (len < 0) {
		buf->failed = true;
	} else if ((size_t)len < spare) {
		buf->len += (size_t)len;
	} else if (make_room(buf, (size_t)len)) {
		int written = vsnprintf(buf->data + buf->len, buf->cap - buf->len, format, again);
		if (written == len) {
			buf->len += (size_t)len;
		} else {
			buf->failed = true;
		}
	}
	va_end(again);
	buf->data[buf->len] = '\0';
}

const char *strbuf_text(const struct strbuf *buf)
{
	return buf->data ? buf->data : "";
}

char *strbuf_steal(struct strbuf *buf, size_t *ret_len)
{
	if (!make_room(buf, 0)) {
		strbuf_release(buf);
		return NULL;
	}
	char *data = buf->data;
	if (ret_len) {
		*ret_len = buf->len;
	}
	strbuf_init(buf);
	return data;
}
