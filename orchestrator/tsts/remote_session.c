/* remote_session.c - one session of a host: the aim, the look, the acts, the message. */
#include "remote_internal.h"

#include <time.h>

#include "utc.h"
#include "wts_text.h"
#include "wts_time.h"

#define WIN32_CALL_FAILED     1726u
#define WIN32_CALL_FAILED_DNE 1727u
#define MESSAGE_STYLE	      0x00050030u /* MB_OK, ICONWARNING, SETFOREGROUND, TOPMOST */
#define TICKS_PER_SECOND      INT64_C(10000000)
#define FROM_1601_TO_1970_S   INT64_C(11644473600)

static int64_t now_ticks(void)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return ((int64_t)now.tv_sec + FROM_1601_TO_1970_S) * TICKS_PER_SECOND + now.tv_nsec / 100;
}

/* Idle times only mean something by the host's own clock. A host that does not tell it has none. */
static void ask_clock(struct remote *remote)
{
	enum session_api api = SESSION_API_QUERY_SESSION_INFORMATION;
	TALLOC_CTX *mem = talloc_new(remote);
	struct remote_answer answer = { NULL, 0 };
	struct dcerpc_pipe *pipe = NULL;
	struct tsts_request_stub stub;
	struct failure ignored;
	const char *what;
	uint32_t status;
	int64_t theirs;

	remote->clock_asked = true;
	if (NT_STATUS_IS_OK(remote_next_pipe(remote, &remote_srvsvc_interface, &pipe))) {
		tsts_put_time_of_day(&stub);
		if (remote_call(pipe, SRVSVC_REMOTE_TIME_OF_DAY, &stub, mem, &answer, api,
				&ignored) == 0 &&
		    tsts_get_time_of_day(answer.bytes, answer.len, &theirs, &status, &what) == 0 &&
		    status == 0) {
			remote->clock_known = true;
			remote->clock_ahead = theirs - now_ticks();
		}
	}
	talloc_free(pipe);
	talloc_free(mem);
}

int remote_aim(struct remote *remote, uint32_t id, struct failure *reterr)
{
	enum session_api api = SESSION_API_QUERY_SESSION_INFORMATION;
	struct tsts_request_stub stub;

	remote_tidy(remote);
	if (remote->session && !remote->clock_asked)
		ask_clock(remote); /* so that the look, later, is one call and no more */
	tsts_put_open_session(&stub, id);
	if (!remote->session)
		return failure_set(reterr, api, WIN32_NOT_CONNECTED);
	if (remote_call_handle(remote->session, TSTS_OPEN_SESSION, &stub, &remote->aim, api,
			       reterr) != 0)
		return -1;
	remote->aimed = true;
	remote->aimed_id = id;
	return 0;
}

static int64_t idle_of(const struct remote *remote, enum session_state state,
		       const struct tsts_information *information)
{
	struct wts_times times = { 0, information->disconnect_time, information->last_input_time };

	if (!remote->clock_known)
		return -1;
	times.current = now_ticks() + remote->clock_ahead;
	return wts_idle_s(state, &times);
}

int remote_details(struct remote *remote, uint32_t id, struct session_details *ret_details,
		   struct failure *reterr)
{
	struct session_details details = { .logon_at_ms = UTC_UNKNOWN };
	struct tsts_information information;

	if (remote->session && !remote->clock_asked)
		ask_clock(remote);
	if (remote_call_information(remote, id, &information, SESSION_API_QUERY_SESSION_INFORMATION,
				    reterr) != 0)
		return -1;
	details.state = remote_state_of(information.state);
	details.logon_at_ms = wts_time_ms(information.logon_time);
	details.idle_s = idle_of(remote, details.state, &information);
	wts_text_copy(details.station, information.station, TSTS_STATION_SIZE);
	wts_text_copy(details.domain, information.domain, TSTS_DOMAIN_SIZE);
	wts_text_copy(details.user, information.user, TSTS_USER_SIZE);
	*ret_details = details;
	return 0;
}

static int act(struct remote *remote, uint32_t opnum, uint32_t id, enum session_api api,
	       struct failure *reterr)
{
	struct remote_answer answer = { NULL, 0 };
	struct tsts_request_stub stub;
	uint32_t hresult = 0;
	TALLOC_CTX *mem;
	const char *what;
	int result;

	if (!remote->aimed || remote->aimed_id != id)
		return failure_set(reterr, api, WIN32_CALL_FAILED_DNE);
	mem = talloc_new(remote);
	tsts_put_handle(&stub, &remote->aim);
	result = remote_call(remote->session, opnum, &stub, mem, &answer, api, reterr);
	if (result == 0 && tsts_get_status(answer.bytes, answer.len, &hresult, &what) != 0)
		/* Whatever it means, the host had the request. */
		result = failure_say(reterr, api, WIN32_CALL_FAILED, "%s", what);
	else if (result == 0 && !tsts_hresult_ok(hresult))
		result = remote_fail_hresult(reterr, api, hresult);
	talloc_free(mem);
	return result;
}

int remote_logoff(struct remote *remote, uint32_t id, struct failure *reterr)
{
	return act(remote, TSTS_LOGOFF, id, SESSION_API_LOGOFF_SESSION, reterr);
}

int remote_disconnect(struct remote *remote, uint32_t id, struct failure *reterr)
{
	return act(remote, TSTS_DISCONNECT, id, SESSION_API_DISCONNECT_SESSION, reterr);
}

static int show_message(struct remote *remote, const struct tsts_handle *handle,
			const struct session_message *message, struct failure *reterr)
{
	enum session_api api = SESSION_API_SEND_MESSAGE;
	uint16_t title[TSTS_TEXT_UNITS], text[TSTS_TEXT_UNITS];
	TALLOC_CTX *mem = talloc_new(remote);
	struct remote_answer answer = { NULL, 0 };
	struct tsts_request_stub stub;
	uint32_t hresult = 0;
	const char *what;
	int result;

	(void)wts_text_units(title, TSTS_TEXT_UNITS, message->title);
	(void)wts_text_units(text, TSTS_TEXT_UNITS, message->text);
	tsts_put_show_message_box(&stub, handle, title, text, MESSAGE_STYLE, message->timeout_s);
	result = remote_call(remote->session, TSTS_SHOW_MESSAGE_BOX, &stub, mem, &answer, api,
			     reterr);
	if (result == 0 && tsts_get_message_box(answer.bytes, answer.len, &hresult, &what) != 0)
		result = remote_fail_stub(reterr, api, what);
	else if (result == 0 && !tsts_hresult_ok(hresult))
		result = remote_fail_hresult(reterr, api, hresult);
	talloc_free(mem);
	return result;
}

int remote_message(struct remote *remote, uint32_t id, const struct session_message *message,
		   struct failure *reterr)
{
	enum session_api api = SESSION_API_SEND_MESSAGE;
	struct tsts_request_stub stub;
	struct tsts_handle handle;
	int result;

	if (!remote->session)
		return failure_set(reterr, api, WIN32_NOT_CONNECTED);
	if (remote->aimed && remote->aimed_id == id)
		return show_message(remote, &remote->aim, message, reterr);
	tsts_put_open_session(&stub, id);
	if (remote_call_handle(remote->session, TSTS_OPEN_SESSION, &stub, &handle, api, reterr) !=
	    0)
		return -1;
	result = show_message(remote, &handle, message, reterr);
	remote_close_handle(remote->session, TSTS_CLOSE_SESSION, &handle, api);
	return result;
}

void remote_tidy(struct remote *remote)
{
	if (!remote->aimed)
		return;
	remote->aimed = false;
	remote_close_handle(remote->session, TSTS_CLOSE_SESSION, &remote->aim,
			    SESSION_API_QUERY_SESSION_INFORMATION);
}
