#include "np_front.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ndr.h"

#define GREETING_MAX	  65536u
#define LEVEL_FIRST	  7u
#define LEVEL_LAST	  8u
#define MESSAGE_MODE_PIPE 2
#define DEVICE_STATE	  0x05ff /* message mode for reads and writes, 255 instances */
#define ALLOCATION_SIZE	  4096

int np_listen(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	(void)unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)(void *)&address, sizeof(address)) == 0 &&
	    listen(fd, SOMAXCONN) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* 1; 0: nothing more came; -1. */
static int read_all(int fd, void *out, size_t len)
{
	size_t have = 0;

	while (have < len) {
		ssize_t got = read(fd, (char *)out + have, len - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 && have == 0 ? 0 : -1;
		have += (size_t)got;
	}
	return 1;
}

static int write_all(int fd, const void *bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t put = send(fd, (const char *)bytes + done, len - done, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		done += (size_t)put;
	}
	return 0;
}

static int read_block(int fd, struct strbuf *ret, size_t len)
{
	static const char zeros[4096];

	strbuf_clear(ret);
	for (size_t left = len; left;) {
		size_t some = left < sizeof(zeros) ? left : sizeof(zeros);

		strbuf_add(ret, zeros, some);
		left -= some;
	}
	if (ret->failed)
		return -1;
	return len && read_all(fd, ret->data, len) != 1 ? -1 : 1;
}

/* A string behind a pointer: counts, bytes with their zero. */
static void read_text(struct ndr_in *in, char *out)
{
	uint32_t count;
	const uint8_t *bytes;

	(void)ndr_u32(in);
	(void)ndr_u32(in);
	count = ndr_u32(in);
	bytes = ndr_bytes(in, count);
	if (!bytes || count == 0 || bytes[count - 1] || (out && count > NP_ADDRESS_SIZE))
		in->failed = true;
	else if (out)
		memcpy(out, bytes, count);
}

/* Texts come behind the fixed part, each behind a pointer that may be NULL. */
static int parse_greeting(const struct strbuf *block, struct np_peer *ret)
{
	struct ndr_in in = { .bytes = (const uint8_t *)block->data, .len = block->len };
	const uint8_t *magic = ndr_bytes(&in, 4);
	uint32_t level = ndr_u32(&in);
	uint32_t arm = ndr_u32(&in);
	uint32_t client_name, client_address, server_name, server_address;

	if (!magic || memcmp(magic, "NPAM", 4) != 0 || level != arm || level < LEVEL_FIRST ||
	    level > LEVEL_LAST)
		return -1;
	(void)ndr_u32(&in); /* the transport */
	client_name = ndr_u32(&in);
	client_address = ndr_u32(&in);
	ret->client_port = ndr_u16(&in);
	server_name = ndr_u32(&in);
	server_address = ndr_u32(&in);
	ret->server_port = ndr_u16(&in);
	(void)ndr_u32(&in); /* the account; the RPC's own authentication tells it */
	if (client_name)
		read_text(&in, NULL);
	if (client_address)
		read_text(&in, ret->client_address);
	if (server_name)
		read_text(&in, NULL);
	if (server_address)
		read_text(&in, ret->server_address);
	return in.failed || !server_address ? -1 : 0;
}

int np_greeting_read(int fd, struct np_peer *ret)
{
	unsigned char head[4];
	struct strbuf block;
	uint32_t len;
	int result = -1;

	memset(ret, 0, sizeof(*ret));
	if (read_all(fd, head, sizeof(head)) != 1)
		return -1;
	len = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
	if (len > GREETING_MAX)
		return -1;
	strbuf_init(&block);
	if (read_block(fd, &block, len) == 1)
		result = parse_greeting(&block, ret);
	strbuf_release(&block);
	return result;
}

int np_greeting_answer(int fd, uint32_t nt_status)
{
	struct strbuf out;
	int result;

	strbuf_init(&out);
	strbuf_add(&out, "\0\0\0\0NPAM", 8);
	ndr_put_u32(&out, LEVEL_FIRST);
	ndr_put_u32(&out, LEVEL_FIRST);
	ndr_put_u16(&out, MESSAGE_MODE_PIPE);
	ndr_put_u16(&out, DEVICE_STATE);
	ndr_put_u64(&out, ALLOCATION_SIZE);
	ndr_put_u32(&out, nt_status);
	if (!out.failed)
		out.data[3] = (char)(out.len - 4); /* the length is big-endian */
	result = out.failed ? -1 : write_all(fd, out.data, out.len);
	strbuf_release(&out);
	return result;
}

int np_read(int fd, struct strbuf *ret)
{
	unsigned char head[2];
	int result = read_all(fd, head, sizeof(head));

	if (result != 1)
		return result;
	return read_block(fd, ret, (size_t)head[0] | (size_t)head[1] << 8);
}

int np_write(int fd, const struct strbuf *pdu)
{
	struct strbuf out;
	int result = -1;

	if (pdu->failed || pdu->len > UINT16_MAX)
		return -1;
	strbuf_init(&out);
	ndr_put_u16(&out, (uint16_t)pdu->len);
	strbuf_add(&out, pdu->data, pdu->len);
	if (!out.failed)
		result = write_all(fd, out.data, out.len);
	strbuf_release(&out);
	return result;
}
