/*
 * tsts_ndr.h - the stubs of [MS-TSTS] calls, in NDR32, little endian: requests out of numbers and
 * texts, and replies back into them. No Samba, no sockets, no memory of its own.
 *
 * A reply is what a stranger sent. Every length, count, referent and switch is held against the
 * bytes that are there, and a reply that contradicts itself is refused as a whole.
 *
 * Facts:   [MS-TSTS] 2.2.2, 3.3.4.1, 3.3.4.3; [MS-SRVS] 3.1.4.17 for the time of day.
 * Threads: no state.
 * Errors:  decoders return 0, or -1 with a static text in *reterr_what. A reply that ends with a
 *          failing HRESULT is no error of the decoder: *ret_hresult has it, and nothing else is
 *          written, as a host that failed owes no sense in its other results.
 */
#ifndef RDSWEEP_TSTS_NDR_H
#define RDSWEEP_TSTS_NDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Interface TermSrvEnumeration 88143fd0-c28d-4b2b-8fef-8d882f6a9390 v1.0. */
enum { TSTS_OPEN_ENUM = 0, TSTS_CLOSE_ENUM = 1, TSTS_GET_ENUM_RESULT = 5 };
/* Interface TermSrvSession 484809d6-4239-471b-b5bc-61df8c23ac48 v1.0. */
enum {
	TSTS_OPEN_SESSION = 0,
	TSTS_CLOSE_SESSION = 1,
	TSTS_DISCONNECT = 3,
	TSTS_LOGOFF = 4,
	TSTS_SHOW_MESSAGE_BOX = 9,
	TSTS_GET_SESSION_INFORMATION_EX = 17
};
/* Interface srvsvc 4b324fc8-1670-01d3-1278-5a47bf6ee188 v3.0. */
enum { SRVSVC_REMOTE_TIME_OF_DAY = 28 };

#define TSTS_PIPE   "LSM_API_service" /* of both TermSrv interfaces */
#define SRVSVC_PIPE "srvsvc"

#define TSTS_HANDLE_SIZE  20 /* u32 and a GUID: opaque to us */
#define TSTS_STATION_SIZE 33 /* UTF-16 units, zero included */
#define TSTS_DOMAIN_SIZE  18
#define TSTS_USER_SIZE	  21
#define TSTS_TEXT_UNITS	  512 /* of a message's title and text, zero included */

struct tsts_handle {
	uint8_t bytes[TSTS_HANDLE_SIZE];
};

/* (int32_t)hresult >= 0: RpcLogoff may answer 0x10000000. */
bool tsts_hresult_ok(uint32_t hresult);

/* A request's stub. Never too small: the longest is a message's. */
#define TSTS_REQUEST_SIZE (TSTS_HANDLE_SIZE + 2 * (12 + 2 * TSTS_TEXT_UNITS + 2) + 12)
struct tsts_request_stub {
	uint8_t bytes[TSTS_REQUEST_SIZE];
	size_t len;
};
/* RpcCloseEnum, RpcCloseSession, RpcDisconnect, RpcLogoff. */
void tsts_put_handle(struct tsts_request_stub *stub, const struct tsts_handle *handle);
void tsts_put_get_enum_result(struct tsts_request_stub *stub, const struct tsts_handle *handle);
void tsts_put_open_session(struct tsts_request_stub *stub, uint32_t id);
void tsts_put_get_session_information_ex(struct tsts_request_stub *stub, uint32_t id);
/* Texts are UTF-16 with their zero; at most TSTS_TEXT_UNITS of them. Nobody waits for an
 * answer. */
void tsts_put_show_message_box(struct tsts_request_stub *stub, const struct tsts_handle *handle,
			       const uint16_t *title, const uint16_t *text, uint32_t style,
			       uint32_t timeout_s);
/* NetrRemoteTOD, of the server itself. */
void tsts_put_time_of_day(struct tsts_request_stub *stub);

/* RpcOpenEnum, RpcCloseEnum, RpcOpenSession, RpcCloseSession. */
int tsts_get_handle(const uint8_t *bytes, size_t len, struct tsts_handle *ret_handle,
		    uint32_t *ret_hresult, const char **reterr_what);

/* RpcDisconnect, RpcLogoff. */
int tsts_get_status(const uint8_t *bytes, size_t len, uint32_t *ret_hresult,
		    const char **reterr_what);

/* RpcShowMessageBox: the user's answer is left alone. */
int tsts_get_message_box(const uint8_t *bytes, size_t len, uint32_t *ret_hresult,
			 const char **reterr_what);

/* RpcGetEnumResult. */
struct tsts_enum {
	const uint8_t *rows; /* borrowed from the reply: tsts_enum_row() */
	uint32_t count;
};
struct tsts_enum_row {
	uint32_t id;
	int32_t state;
	uint16_t station[TSTS_STATION_SIZE]; /* zero-terminated */
};
int tsts_get_enum(const uint8_t *bytes, size_t len, struct tsts_enum *ret, uint32_t *ret_hresult,
		  const char **reterr_what);
/* Row `index` of those that tsts_get_enum() has checked. */
void tsts_enum_row(const struct tsts_enum *list, uint32_t index, struct tsts_enum_row *ret);

/* RpcGetSessionInformationEx, level 1. Times: 100 ns since 1601, UTC; 0 never. */
struct tsts_information {
	int32_t state;
	int32_t flags;
	uint16_t station[TSTS_STATION_SIZE]; /* all zero-terminated */
	uint16_t domain[TSTS_DOMAIN_SIZE];
	uint16_t user[TSTS_USER_SIZE];
	int64_t connect_time, disconnect_time, logon_time, last_input_time;
};
int tsts_get_information(const uint8_t *bytes, size_t len, struct tsts_information *ret,
			 uint32_t *ret_hresult, const char **reterr_what);

/* NetrRemoteTOD: the host's clock, 100 ns since 1601, UTC. Its status is a Win32 code, 0 for
 * success; *ret_time is then written. */
int tsts_get_time_of_day(const uint8_t *bytes, size_t len, int64_t *ret_time, uint32_t *ret_status,
			 const char **reterr_what);

#endif
