/*
 * np_front.h - the unix socket over which smbd hands a named pipe to whoever serves it.
 *
 * smbd connects once for each open of the pipe and tells who opened it (`NPAM`, level 7, Samba
 * 4.17; level 8 of later ones begins in the same way). Then every PDU has two bytes of length
 * before it, in both directions. Each function works on one connection and may block.
 */
#ifndef SMBD_NP_FRONT_H
#define SMBD_NP_FRONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strbuf.h"

#define NP_ADDRESS_SIZE 64

/* Who opened the pipe, and which of the machine's addresses was meant. */
struct np_peer {
	char client_address[NP_ADDRESS_SIZE];
	char server_address[NP_ADDRESS_SIZE];
	uint16_t client_port;
	uint16_t server_port;
};

/* Listens on `path`, which is replaced. The socket, or -1 with errno. */
int np_listen(const char *path);

/* Reads the handshake. 0; -1: it is not there or is none that is known. */
int np_greeting_read(int fd, struct np_peer *ret);
/* Answers it: message mode, and `nt_status` (0: welcome). 0 or -1. */
int np_greeting_answer(int fd, uint32_t nt_status);

/* The next PDU into `ret`, which is cleared. 1; 0 at the end; -1 when it breaks off. */
int np_read(int fd, struct strbuf *ret);
int np_write(int fd, const struct strbuf *pdu); /* 0 or -1 */

#endif
