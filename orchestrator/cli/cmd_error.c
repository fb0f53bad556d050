/* cmd_error.c - `rdsweep error CODE...`: explains error codes and rdsweep's own findings. */
#include "cli_error.h"
#include "cmd_help.h"
#include "json_write.h"
#include "win_error.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 16 /* meanings of one code or name */

/* What an argument is. */
enum code_kind { CODE_NUMBER, CODE_NAME, CODE_NONE };

/* Decimal, also negative as PowerShell prints an HRESULT, or 0x and hexadecimal; otherwise a name.
 */
static enum code_kind read_code(const char *text, uint32_t *ret_code)
{
	bool negative = text[0] == '-', hexadecimal;
	const char *digits = text + negative;
	uint64_t value;
	char *end;

	hexadecimal = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	if (digits[0] >= '0' && digits[0] <= '9') {
		if (strlen(digits) > 12)
			return CODE_NONE;
		value = strtoull(digits, &end, hexadecimal ? 16 : 10);
		if (*end || (hexadecimal && end == digits + 1))
			return CODE_NONE;
		if (negative ? hexadecimal || value > UINT64_C(0x80000000) : value > UINT32_MAX)
			return CODE_NONE;
		*ret_code = negative ? (uint32_t) - (int64_t)value : (uint32_t)value;
		return CODE_NUMBER;
	}
	if (!*text ||
	    strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") !=
		    strlen(text))
		return CODE_NONE;
	return CODE_NAME;
}

/* The calls that a row is of, where one code means several things; none: it is of any other call. */
static void add_calls(struct strbuf *out, const struct win_error *error, const char *before,
		      const char *between, const char *after)
{
	const char *first = before;

	for (int api = SESSION_API_RDSWEEP + 1; api < SESSION_API_COUNT; api++) {
		if (win_error_lookup((enum session_api)api, error->code) != error)
			continue;
		strbuf_addf(out, "%s%s", first, session_api_name((enum session_api)api));
		first = between;
	}
	strbuf_adds(out, after);
}

static bool is_of_any_call(const struct win_error *error)
{
	return win_error_lookup(SESSION_API_COUNT, error->code) == error;
}

/* The row of any call first: it is what is meant where nothing else is known. */
static void general_first(const struct win_error **rows, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		const struct win_error *row = rows[i];

		if (!is_of_any_call(row) || row->code != rows[0]->code)
			continue;
		memmove(rows + 1, rows, i * sizeof(*rows));
		rows[0] = row;
	}
}

/* Of rdsweep itself: no call has it. */
static bool is_finding(const struct win_error *error)
{
	return error->class_ == WIN_ERROR_OURS && error->code < SESSION_FINDING_COUNT;
}

static void print_calls(struct strbuf *out, const struct win_error *error)
{
	if (is_finding(error))
		return;
	if (is_of_any_call(error))
		strbuf_adds(out, "  from:    any call that is not named below\n");
	else
		add_calls(out, error, "  from:    ", ", ", "\n");
}

static void print_text(struct strbuf *out, const struct win_error *error, bool one_of_many)
{
	if (out->len)
		strbuf_addc(out, '\n');
	if (is_finding(error))
		strbuf_addf(out, "%s\n", error->name);
	else
		strbuf_addf(out, "%" PRIu32 " (0x%" PRIX32 ") %s\n", error->code, error->code,
			    error->name);
	if (one_of_many)
		print_calls(out, error);
	strbuf_addf(out, "  meaning: %s\n  class:   %s\n", error->message,
		    win_error_class_name(error->class_));
	if (*error->remedy)
		strbuf_addf(out, "  remedy:  %s\n", error->remedy);
}

static void print_member(struct strbuf *out, const char *name, const char *value)
{
	strbuf_addf(out, ", \"%s\": ", name);
	json_add_string(out, *value ? value : NULL);
}

static void print_json(struct strbuf *out, const struct win_error *error)
{
	strbuf_addf(out, "%s\n  {\"code\": %" PRIu32, out->len > 1 ? "," : "", error->code);
	print_member(out, "name", error->name);
	strbuf_adds(out, ", \"apis\": ");
	if (is_finding(error) || is_of_any_call(error))
		strbuf_adds(out, "null");
	else
		add_calls(out, error, "[\"", "\", \"", "\"]");
	print_member(out, "message", error->message);
	print_member(out, "class", win_error_class_name(error->class_));
	print_member(out, "remedy", error->remedy);
	strbuf_addc(out, '}');
}

static int explain(struct strbuf *out, const char *text, bool json)
{
	const struct win_error *rows[ROWS_MAX];
	uint32_t code;
	size_t count;

	switch (read_code(text, &code)) {
	case CODE_NUMBER:
		count = win_error_find(code, rows, ROWS_MAX);
		break;
	case CODE_NAME:
		count = win_error_find_name(text, rows, ROWS_MAX);
		break;
	case CODE_NONE:
	default:
		return cli_usage(
			"'%s' is no error code: give a decimal number, 0x and hexadecimal, or a "
			"name such as ERROR_ACCESS_DENIED",
			text);
	}
	if (!count)
		return cli_failed("'%s' is not in the table of error codes", text);
	count = count < ROWS_MAX ? count : ROWS_MAX;
	general_first(rows, count);
	for (size_t i = 0; i < count; i++)
		json ? print_json(out, rows[i]) : print_text(out, rows[i], count > 1);
	return 0;
}

static int explain_all(const struct command *command, const struct options *options)
{
	bool json = options->format == FORMAT_JSON;
	struct strbuf out;
	int worst = 0, code;

	if (!options->arguments.count)
		return cli_usage_of(command, "'error' needs a code or a name");
	if (options->format == FORMAT_CSV)
		return cli_usage("'error' has the formats 'table' and 'json'");
	strbuf_init(&out);
	if (json)
		strbuf_addc(&out, '[');
	for (size_t i = 0; i < options->arguments.count; i++) {
		code = explain(&out, options->arguments.items[i], json);
		worst = code > worst ? code : worst;
	}
	if (json)
		strbuf_adds(&out, out.len > 1 ? "\n]\n" : "]\n");
	code = cli_output(&out);
	strbuf_release(&out);
	return code ? code : worst;
}

int cmd_error(const struct command_call *call)
{
	struct options options;
	int code;

	options_init(&options);
	code = command_options(call, &options);
	if (code == COMMAND_GO_ON)
		code = explain_all(call->self, &options);
	options_release(&options);
	return code;
}
