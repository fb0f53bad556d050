/* fleet_input.c - see fleet_input.h. */
#include "fleet_input.h"

#include "cli_error.h"
#include "platform_file.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

void fleet_input_init(struct fleet_input *input)
{
	*input = (struct fleet_input){ 0 };
	arena_init(&input->arena);
}

void fleet_input_release(struct fleet_input *input)
{
	inv_free(input->inv);
	free(input->selected.hosts);
	arena_release(&input->arena);
	fleet_input_init(input);
}

void fleet_input_add_note(struct strbuf *out, const struct inv_note *note)
{
	text_escape_add(out, note->source, strlen(note->source));
	if (note->line > 0)
		strbuf_addf(out, ":%d", note->line);
	strbuf_adds(out, ": note: ");
	text_escape_add(out, note->message, strlen(note->message));
}

static int read_limit_file(void *ctx, const char *path, struct strbuf *out,
			   const char **reterr_what)
{
	(void)ctx;
	return file_read(path, out, reterr_what);
}

static int add_source(struct inventory *inv, const char *path)
{
	bool from_stdin = strcmp(path, "-") == 0;
	struct strbuf bytes;
	const char *why;
	int code = 0;

	strbuf_init(&bytes);
	if ((from_stdin ? file_read_stdin(&bytes, &why) : file_read(path, &bytes, &why)) < 0)
		code = cli_usage("cannot read inventory '%s': %s",
				 from_stdin ? "standard input" : path, why);
	else if (inv_add(inv, from_stdin ? "standard input" : path, strbuf_text(&bytes),
			 bytes.len) < 0)
		code = cli_no_memory();
	strbuf_release(&bytes);
	return code;
}

/* What was left out may be all there was. */
static void print_notes(const struct inventory *inv)
{
	struct strbuf line;

	strbuf_init(&line);
	for (size_t i = 0; i < inv_note_count(inv); i++) {
		strbuf_clear(&line);
		fleet_input_add_note(&line, inv_note_at(inv, i));
		cli_line(strbuf_text(&line));
	}
	strbuf_release(&line);
}

static int print_errors(const struct inventory *inv)
{
	struct strbuf line;

	if (!inv_host_count(inv))
		print_notes(inv);
	strbuf_init(&line);
	for (size_t i = 0; i < inv_error_count(inv); i++) {
		strbuf_clear(&line);
		inv_error_format(&line, inv_error_at(inv, i));
		cli_line(strbuf_text(&line));
	}
	strbuf_release(&line);
	return EXIT_USAGE;
}

static int check_sources(const struct options *options, const struct command *command)
{
	bool stdin_used = false;

	if (!options->inventories.count)
		return cli_usage_of(command, "no inventory: name one with -i FILE");
	for (size_t i = 0; i < options->inventories.count; i++) {
		if (strcmp(options->inventories.items[i], "-") != 0)
			continue;
		if (stdin_used)
			return cli_usage("standard input can be only one inventory");
		stdin_used = true;
	}
	return 0;
}

static int load_all(struct inventory *inv, const struct options *options)
{
	int first = 0;

	for (size_t i = 0; i < options->inventories.count; i++) {
		int code = add_source(inv, options->inventories.items[i]);

		first = first ? first : code;
	}
	if (!first && inv_finish(inv) < 0)
		first = cli_no_memory();
	if (inv_error_count(inv))
		first = print_errors(inv);
	return first;
}

int fleet_input_load(struct fleet_input *input, const struct options *options,
		     const struct command *command)
{
	struct inv_narrow narrow = {
		.limit = options->limit,
		.shard_k = options->shard.k,
		.shard_n = options->shard.n,
		.read_file = read_limit_file,
	};
	int code = check_sources(options, command);

	if (code)
		return code;
	input->inv = inv_create();
	if (!input->inv)
		return cli_no_memory();
	code = load_all(input->inv, options);
	if (code)
		return code;
	switch (inv_select(input->inv, &narrow, &input->selected)) {
	case 0:
		return 0;
	case 1:
		return print_errors(input->inv);
	default:
		return cli_no_memory();
	}
}

static int fill_host(struct fleet_input *input, const struct inv_host *from,
		     struct fleet_host *host)
{
	const char **groups = arena_alloc(&input->arena, from->group_count * sizeof(*groups));

	if (!groups)
		return -1;
	for (size_t i = 0; i < from->group_count; i++)
		groups[i] = inv_group_at(input->inv, from->groups[i])->name;
	*host = (struct fleet_host){
		.name = from->name,
		.address = from->address,
		.probe_port = from->probe_port,
		.call_timeout_ms = from->call_timeout_ms,
		.protect = from->protect,
		.protect_count = from->protect_count,
		.groups = groups,
		.group_count = from->group_count,
	};
	return 0;
}

int fleet_input_hosts(struct fleet_input *input)
{
	size_t count = input->selected.count;

	input->hosts = arena_alloc(&input->arena, count * sizeof(*input->hosts));
	if (!input->hosts)
		return cli_no_memory();
	for (size_t i = 0; i < count; i++) {
		const struct inv_host *from = inv_host_at(input->inv, input->selected.hosts[i]);

		if (fill_host(input, from, &input->hosts[i]) < 0)
			return cli_no_memory();
	}
	if (inv_fleet_sha256(input->inv, &input->selected, input->sha256) < 0)
		return cli_no_memory();
	return 0;
}
