/* who.c - see who.h. */
#include "who.h"

#include "account.h"
#include "cli_error.h"
#include "platform_file.h"
#include "session_api.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

void who_init(struct who *who)
{
	*who = (struct who){
		.selection = { .min_idle_ms = -1,
			       .session_id = -1,
			       .own_domain = "",
			       .own_user = "" },
	};
	arena_init(&who->arena);
}

void who_release(struct who *who)
{
	free(who->selection.users);
	free(who->selection.not_users);
	free(who->selection.protect);
	arena_release(&who->arena);
	who_init(who);
}

static int add_pattern(struct selection_pattern **patterns, size_t *count, const char *text)
{
	struct selection_pattern *grown = realloc(*patterns, (*count + 1) * sizeof(*grown));

	if (!grown)
		return -1;
	grown[*count] = (struct selection_pattern){ .text = text };
	*patterns = grown;
	(*count)++;
	return 0;
}

static int add_given(const char *option, const struct option_texts *given,
		     struct selection_pattern **patterns, size_t *count)
{
	int code = 0;

	for (size_t i = 0; i < given->count; i++) {
		const char *why = account_pattern_error(given->items[i]);

		if (why)
			code = cli_usage("option '--%s': pattern '%s' %s", option, given->items[i],
					 why);
		else if (add_pattern(patterns, count, given->items[i]) < 0)
			return cli_no_memory();
	}
	return code;
}

/* The pattern of a line: without blanks around it and without what a # begins (at the start or
 * after a blank: a name may hold one). NULL when memory is short, "" where there is none. */
static char *line_pattern(struct arena *arena, const char *line, size_t len)
{
	size_t end = 0;

	while (len && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	while (end < len &&
	       !(line[end] == '#' && (end == 0 || line[end - 1] == ' ' || line[end - 1] == '\t')))
		end++;
	while (end && (line[end - 1] == ' ' || line[end - 1] == '\t' || line[end - 1] == '\r'))
		end--;
	return arena_strndup(arena, line, end);
}

static int add_lines(struct who *who, const char *path, const char *text, size_t len)
{
	size_t before = who->selection.user_count;
	const char *end = text + len;
	int code = 0;

	for (int line = 1; text < end; line++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t line_len = (size_t)((stop ? stop : end) - text);
		char *pattern = line_pattern(&who->arena, text, line_len);
		const char *why;

		if (!pattern)
			return cli_no_memory();
		why = *pattern ? account_pattern_error(pattern) : NULL;
		if (why)
			code = cli_usage("%s:%d: pattern '%s' %s", path, line, pattern, why);
		else if (*pattern && add_pattern(&who->selection.users, &who->selection.user_count,
						 pattern) < 0)
			return cli_no_memory();
		text = stop ? stop + 1 : end;
	}
	if (!code && who->selection.user_count == before)
		code = cli_usage("user file '%s' holds no pattern", path);
	return code;
}

static int add_user_file(struct who *who, const char *path)
{
	struct strbuf bytes, text;
	const char *why;
	size_t offset;
	int code;

	strbuf_init(&bytes);
	strbuf_init(&text);
	if (file_read(path, &bytes, &why) < 0)
		code = cli_usage("cannot read user file '%s': %s", path, why);
	else if (text_from_file(&text, strbuf_text(&bytes), bytes.len, &offset, &why) < 0)
		code = cli_usage("user file '%s': %s", path, why);
	else
		code = add_lines(who, path, strbuf_text(&text), text.len);
	strbuf_release(&bytes);
	strbuf_release(&text);
	return code;
}

static uint32_t session_states(uint32_t states)
{
	return (states & OPTION_STATE_ACTIVE ? UINT32_C(1) << SESSION_ACTIVE : 0) |
	       (states & OPTION_STATE_DISCONNECTED ? UINT32_C(1) << SESSION_DISCONNECTED : 0);
}

static bool is_filtered(const struct options *options)
{
	return options->users.count || options->user_files.count || options->states ||
	       options->idle_ms >= 0 || options->session_id >= 0;
}

int who_check(const struct options *options, const struct command *command)
{
	bool filtered = is_filtered(options);

	if (options->all && (filtered || options->plan))
		return cli_usage("'--all' cannot be given together with another selection");
	if (options->plan && filtered)
		return cli_usage("'--plan' cannot be given together with another selection");
	if (command->id == COMMAND_SESSIONS || options->all || options->plan || filtered)
		return 0;
	if (options->not_users.count)
		return cli_usage("'--not-user' only takes away: select with --all, --user, "
				 "--state, --idle or --session first");
	return cli_usage_of(command, "nothing is selected: give --all, --user PATTERN, "
				     "--user-file FILE, --state, --idle, --session or --plan");
}

static int load_patterns(struct who *who, const struct options *options)
{
	struct selection *selection = &who->selection;
	int user = add_given("user", &options->users, &selection->users, &selection->user_count);
	int not_user = add_given("not-user", &options->not_users, &selection->not_users,
				 &selection->not_user_count);
	int protect = add_given("protect", &options->protect, &selection->protect,
				&selection->protect_count);
	int code = user ? user : not_user ? not_user : protect;

	who->listed_users = selection->user_count;
	for (size_t i = 0; i < options->user_files.count; i++) {
		int file = add_user_file(who, options->user_files.items[i]);

		code = code ? code : file;
	}
	return code;
}

void who_take_options(struct who *who, const struct options *options)
{
	struct selection *selection = &who->selection;

	selection->states = session_states(options->states);
	selection->min_idle_ms = options->idle_ms;
	selection->session_id = options->session_id;
	selection->include_console = options->include_console;
	selection->include_vms = options->include_vms;
	selection->planned = options->plan != NULL;
	/* Everything, where no kind of selection says otherwise. */
	selection->all = !options->plan && !selection->user_count && !selection->states &&
			 selection->min_idle_ms < 0 && selection->session_id < 0;
}

int who_take_planned(struct who *who, const char *const *users, size_t count)
{
	struct selection *selection = &who->selection;

	for (size_t i = 0; i < count; i++)
		if (add_pattern(&selection->users, &selection->user_count, users[i]) < 0)
			return cli_no_memory();
	who->listed_users = selection->user_count;
	return 0;
}

int who_load(struct who *who, const struct options *options, const struct command *command)
{
	int code = load_patterns(who, options);

	who->filtered = is_filtered(options) || options->not_users.count;
	who->selection.listing = command->id == COMMAND_SESSIONS;
	who->selection.for_disconnect = command->id == COMMAND_DISCONNECT;
	who_take_options(who, options);
	return code;
}

int who_check_fleet(const struct options *options, size_t host_count)
{
	if (options->session_id >= 0 && host_count != 1)
		return cli_usage(
			"'--session' names a session of one host, but there are %lu: narrow the "
			"fleet with --limit",
			(unsigned long)host_count);
	return 0;
}
