/* cmd_inventory.c - `rdsweep inventory list|check|graph`: what the inventory means. */
#include "cli_error.h"
#include "cmd_help.h"
#include "csv.h"
#include "duration.h"
#include "fleet_input.h"
#include "json_write.h"
#include "table.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct inv_host *host_at(const struct fleet_input *input, size_t i)
{
	return inv_host_at(input->inv, input->selected.hosts[i]);
}

static void add_joined(struct strbuf *out, const char *const *texts, size_t count, char by)
{
	for (size_t i = 0; i < count; i++) {
		if (i)
			strbuf_addc(out, by);
		strbuf_adds(out, texts[i]);
	}
}

static void add_groups(struct strbuf *out, const struct fleet_input *input,
		       const struct inv_host *host, char by)
{
	for (size_t i = 0; i < host->group_count; i++) {
		if (i)
			strbuf_addc(out, by);
		strbuf_adds(out, inv_group_at(input->inv, host->groups[i])->name);
	}
}

static void call_timeout(const struct inv_host *host, char out[DURATION_TEXT_SIZE])
{
	out[0] = '\0';
	if (host->call_timeout_ms >= 0)
		duration_format(host->call_timeout_ms, out);
}

static int list_names(const struct fleet_input *input, struct strbuf *out)
{
	for (size_t i = 0; i < input->selected.count; i++) {
		const char *name = host_at(input, i)->name;

		text_escape_add(out, name, strlen(name));
		strbuf_addc(out, '\n');
	}
	return 0;
}

static int list_table(const struct fleet_input *input, struct strbuf *out)
{
	static const struct table_column columns[] = {
		{ "HOST", false },   { "ADDRESS", false }, { "PORT", true },
		{ "GROUPS", false }, { "PROTECT", false }, { "CALL-TIMEOUT", false },
	};
	struct table table;
	struct strbuf cell;
	int status;

	table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
	strbuf_init(&cell);
	for (size_t i = 0; i < input->selected.count; i++) {
		const struct inv_host *host = host_at(input, i);
		char port[8], timeout[DURATION_TEXT_SIZE];

		(void)snprintf(port, sizeof(port), "%" PRIu16, host->probe_port);
		call_timeout(host, timeout);
		table_add(&table, host->name);
		table_add(&table, host->address);
		table_add(&table, port);
		strbuf_clear(&cell);
		add_groups(&cell, input, host, ',');
		table_add(&table, strbuf_text(&cell));
		strbuf_clear(&cell);
		add_joined(&cell, host->protect, host->protect_count, ',');
		table_add(&table, strbuf_text(&cell));
		table_add(&table, timeout);
	}
	status = table_print(&table, out);
	strbuf_release(&cell);
	table_release(&table);
	return status;
}

static int list_csv(const struct fleet_input *input, struct strbuf *out)
{
	struct strbuf cell;

	strbuf_init(&cell);
	strbuf_adds(out, "host,address,probe_port,groups,protect,call_timeout" CSV_EOL);
	for (size_t i = 0; i < input->selected.count; i++) {
		const struct inv_host *host = host_at(input, i);
		char timeout[DURATION_TEXT_SIZE];

		call_timeout(host, timeout);
		csv_add_text(out, host->name);
		strbuf_addc(out, ',');
		csv_add_text(out, host->address);
		strbuf_addf(out, ",%" PRIu16 ",", host->probe_port);
		strbuf_clear(&cell);
		add_groups(&cell, input, host, ';');
		csv_add_text(out, strbuf_text(&cell));
		strbuf_addc(out, ',');
		strbuf_clear(&cell);
		add_joined(&cell, host->protect, host->protect_count, ';');
		csv_add_text(out, strbuf_text(&cell));
		strbuf_addf(out, ",%s" CSV_EOL, timeout);
	}
	strbuf_release(&cell);
	return 0;
}

static void json_host(struct strbuf *out, const struct fleet_input *input,
		      const struct inv_host *host)
{
	strbuf_adds(out, "{\"host\": ");
	json_add_string(out, host->name);
	strbuf_adds(out, ", \"address\": ");
	json_add_string(out, host->address);
	strbuf_addf(out, ", \"probe_port\": %" PRIu16 ", \"groups\": [", host->probe_port);
	for (size_t i = 0; i < host->group_count; i++) {
		strbuf_adds(out, i ? ", " : "");
		json_add_string(out, inv_group_at(input->inv, host->groups[i])->name);
	}
	strbuf_adds(out, "], \"protect\": [");
	for (size_t i = 0; i < host->protect_count; i++) {
		strbuf_adds(out, i ? ", " : "");
		json_add_string(out, host->protect[i]);
	}
	strbuf_adds(out, "], \"call_timeout_ms\": ");
	if (host->call_timeout_ms >= 0)
		strbuf_addf(out, "%" PRId64 "}", host->call_timeout_ms);
	else
		strbuf_adds(out, "null}");
}

static int list_json(const struct fleet_input *input, struct strbuf *out)
{
	strbuf_addc(out, '[');
	for (size_t i = 0; i < input->selected.count; i++) {
		strbuf_adds(out, i ? ",\n  " : "\n  ");
		json_host(out, input, host_at(input, i));
	}
	strbuf_adds(out, input->selected.count ? "\n]\n" : "]\n");
	return 0;
}

static int list(const struct fleet_input *input, const struct options *options, struct strbuf *out)
{
	switch ((enum option_format)options->format) {
	case FORMAT_TABLE:
		return list_table(input, out);
	case FORMAT_JSON:
		return list_json(input, out);
	case FORMAT_CSV:
		return list_csv(input, out);
	case FORMAT_UNSET:
		break;
	}
	return list_names(input, out);
}

static int check(const struct fleet_input *input, const struct options *options, struct strbuf *out)
{
	size_t hosts = inv_host_count(input->inv), groups = inv_group_count(input->inv);

	for (size_t i = 0; i < inv_note_count(input->inv); i++) {
		fleet_input_add_note(out, inv_note_at(input->inv, i));
		strbuf_addc(out, '\n');
	}
	groups -= groups < 2 ? groups : 2; /* `all` and `ungrouped` are always there */
	strbuf_addf(out, "%lu host%s in %lu group%s from %lu source%s", (unsigned long)hosts,
		    hosts == 1 ? "" : "s", (unsigned long)groups, groups == 1 ? "" : "s",
		    (unsigned long)options->inventories.count,
		    options->inventories.count == 1 ? "" : "s");
	if (options->limit || options->shard.n)
		strbuf_addf(out, "; %lu after --limit and --shard",
			    (unsigned long)input->selected.count);
	strbuf_addc(out, '\n');
	return 0;
}

/* --- graph: as `ansible-inventory --graph` prints it --- */

struct graph {
	const struct fleet_input *input;
	struct strbuf *out;
	bool *selected; /* hosts of the inventory that passed --limit and --shard */
	bool *is_child; /* groups that some group holds */
};

static void graph_line(struct graph *graph, size_t depth, const char *before, const char *name,
		       const char *after)
{
	for (size_t i = 0; i < depth; i++)
		strbuf_adds(graph->out, "  |");
	if (depth)
		strbuf_adds(graph->out, "--");
	strbuf_adds(graph->out, before);
	text_escape_add(graph->out, name, strlen(name));
	strbuf_adds(graph->out, after);
	strbuf_addc(graph->out, '\n');
}

static void graph_hosts(struct graph *graph, const struct inv_group *group, size_t depth)
{
	for (size_t i = 0; i < group->own_host_count; i++)
		if (graph->selected[group->own_hosts[i]])
			graph_line(graph, depth, "",
				   inv_host_at(graph->input->inv, group->own_hosts[i])->name, "");
}

/* Groups nest without cycles, and a stack of its own keeps a hostile depth from the program's. */
struct graph_frame {
	const struct inv_group *group;
	size_t next_child;
};

static int graph_group(struct graph *graph, uint32_t top)
{
	struct graph_frame *frames = NULL;
	size_t depth = 0, cap = inv_group_count(graph->input->inv) + 1;

	frames = calloc(cap, sizeof(*frames));
	if (!frames)
		return -1;
	frames[0].group = inv_group_at(graph->input->inv, top);
	graph_line(graph, 1, "@", frames[0].group->name, ":");
	for (;;) {
		struct graph_frame *frame = &frames[depth];

		if (frame->next_child < frame->group->child_count) {
			uint32_t child = frame->group->children[frame->next_child++];

			frames[++depth] =
				(struct graph_frame){ inv_group_at(graph->input->inv, child), 0 };
			graph_line(graph, depth + 1, "@", frames[depth].group->name, ":");
			continue;
		}
		graph_hosts(graph, frame->group, depth + 2);
		if (!depth--)
			break;
	}
	free(frames);
	return 0;
}

static int graph(const struct fleet_input *input, struct strbuf *out)
{
	size_t groups = inv_group_count(input->inv);
	struct graph graph = { .input = input, .out = out };
	int status = -1;

	graph.selected = calloc(inv_host_count(input->inv) + 1, sizeof(*graph.selected));
	graph.is_child = calloc(groups + 1, sizeof(*graph.is_child));
	if (!graph.selected || !graph.is_child)
		goto out;
	for (size_t i = 0; i < input->selected.count; i++)
		graph.selected[input->selected.hosts[i]] = true;
	for (size_t i = 1; i < groups; i++) {
		const struct inv_group *group = inv_group_at(input->inv, i);

		for (size_t j = 0; j < group->child_count; j++)
			graph.is_child[group->children[j]] = true;
	}
	graph_line(&graph, 0, "@", inv_group_at(input->inv, 0)->name, ":");
	status = 0;
	for (size_t i = 1; i < groups && status == 0; i++)
		if (!graph.is_child[i])
			status = graph_group(&graph, (uint32_t)i);
out:
	free(graph.selected);
	free(graph.is_child);
	return status;
}

static int print(const struct fleet_input *input, const struct options *options, const char *what)
{
	struct strbuf out;
	int status, code;

	strbuf_init(&out);
	if (strcmp(what, "list") == 0)
		status = list(input, options, &out);
	else if (strcmp(what, "check") == 0)
		status = check(input, options, &out);
	else
		status = graph(input, &out);
	code = status < 0 ? cli_no_memory() : cli_output(&out);
	strbuf_release(&out);
	return code;
}

static int check_arguments(const struct command *command, const struct options *options)
{
	const struct option_texts *arguments = &options->arguments;

	if (!arguments->count)
		return cli_usage_of(command, "'inventory' needs what to do: list, check or graph");
	if (strcmp(arguments->items[0], "list") != 0 && strcmp(arguments->items[0], "check") != 0 &&
	    strcmp(arguments->items[0], "graph") != 0)
		return cli_usage_of(command,
				    "'inventory' knows 'list', 'check' and 'graph', not '%s'",
				    arguments->items[0]);
	if (arguments->count > 1)
		return cli_usage_of(command,
				    "'inventory %s' takes no argument, but got '%s'; inventories "
				    "are given with -i",
				    arguments->items[0], arguments->items[1]);
	if (options->format != FORMAT_UNSET && strcmp(arguments->items[0], "list") != 0)
		return cli_usage_of(command,
				    "'--format' belongs to 'inventory list', not to 'inventory %s'",
				    arguments->items[0]);
	return 0;
}

int cmd_inventory(const struct command_call *call)
{
	struct fleet_input input;
	struct options options;
	int code;

	options_init(&options);
	fleet_input_init(&input);
	code = command_options(call, &options);
	if (code == COMMAND_GO_ON) {
		code = check_arguments(call->self, &options);
		code = code ? code : fleet_input_load(&input, &options, call->self);
		code = code ? code : print(&input, &options, options.arguments.items[0]);
	}
	fleet_input_release(&input);
	options_release(&options);
	return code;
}
