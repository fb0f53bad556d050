/*
 * inv_csv.c - CSV: a column `host` beside columns of variables, or what Export-Csv wrote.
 */
#include "inv_internal.h"

#include <stdlib.h>
#include <string.h>

#include "csv.h"

/* What a column is for. */
enum csv_column {
	CSV_IGNORED,
	CSV_HOST,
	CSV_NAME, /* .index: which of inv_name_fields */
	CSV_ROLES,
	CSV_VAR /* .index: which variable */
};

struct csv_meaning {
	enum csv_column column;
	int index;
};

struct csv_table {
	struct inventory *inv;
	uint32_t source;
	int first_line; /* lines before the header */
	struct csv_reader *reader;
	struct csv_meaning *columns;
	size_t column_count;
	bool by_host; /* a column `host` makes the others variables */
	struct inv_entry entry;
};

static struct inv_place field_place(const struct csv_table *table, const struct csv_field *field)
{
	return (struct inv_place){ .source = table->source,
				   .line = field->line + table->first_line,
				   .column = field->column };
}

/* What a spreadsheet left around a cell does not count. */
static const char *cell(const struct csv_field *field, size_t *ret_len)
{
	const char *text = field->text;
	size_t len = field->len;

	inv_trim(&text, &len);
	*ret_len = len;
	return text;
}

/* Columns of variables are found in any case, as all headers are. */
static enum inv_var_kind column_var(const char *name, size_t len)
{
	char lower[32];

	if (len >= sizeof(lower))
		return INV_VAR_UNKNOWN;
	for (size_t i = 0; i < len; i++)
		lower[i] =
			(char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + ('a' - 'A') : name[i]);
	return inv_var_kind(lower, len);
}

static struct csv_meaning meaning_beside_host(struct csv_table *table,
					      const struct csv_field *field)
{
	struct inv_place place = field_place(table, field);
	enum inv_var_kind kind;
	size_t len;
	const char *name = cell(field, &len);
	char shown[INV_SHOW_SIZE];

	if (inv_field_is(name, len, INV_CSV_HOST))
		return (struct csv_meaning){ .column = CSV_HOST };
	kind = column_var(name, len);
	if (kind < INV_VAR_KINDS)
		return (struct csv_meaning){ .column = CSV_VAR, .index = (int)kind };
	if (kind == INV_VAR_UNKNOWN)
		inv_error(table->inv, &place, "unknown column %s beside 'host', expected %s",
			  inv_show(shown, name, len), inv_var_names);
	return (struct csv_meaning){ .column = CSV_IGNORED };
}

static struct csv_meaning meaning_powershell(const struct csv_field *field)
{
	size_t len;
	const char *name = cell(field, &len);
	int index = inv_name_field(name, len);

	if (index >= 0)
		return (struct csv_meaning){ .column = CSV_NAME, .index = index };
	if (inv_is_roles_field(name, len))
		return (struct csv_meaning){ .column = CSV_ROLES };
	return (struct csv_meaning){ .column = CSV_IGNORED };
}

static bool meaning_same(const struct csv_meaning *a, const struct csv_meaning *b)
{
	return a->column == b->column && a->index == b->index;
}

/* Two columns that mean the same: which one counts would be a guess. */
static void check_twice(struct csv_table *table, const struct csv_field *fields, size_t at)
{
	struct inv_place place = field_place(table, &fields[at]);
	char shown[INV_SHOW_SIZE];

	if (table->columns[at].column == CSV_IGNORED)
		return;
	for (size_t i = 0; i < at; i++) {
		if (!meaning_same(&table->columns[i], &table->columns[at]))
			continue;
		inv_error(table->inv, &place, "column %s is there twice",
			  inv_show(shown, fields[at].text, fields[at].len));
		table->columns[at].column = CSV_IGNORED;
		return;
	}
}

static bool read_header(struct csv_table *table, const struct csv_field *fields, size_t count)
{
	bool names = false;

	for (size_t i = 0; i < count; i++) {
		size_t len;
		const char *name = cell(&fields[i], &len);

		table->by_host = table->by_host || inv_field_is(name, len, INV_CSV_HOST);
		names = names || inv_name_field(name, len) >= 0;
	}
	if (!table->by_host && !names) {
		struct inv_place place = field_place(table, &fields[0]);

		inv_error(
			table->inv, &place,
			"no column names hosts, expected 'host', SessionHost, Server, DNSHostName, "
			"ComputerName or Name (in INI: one host a line)");
		return false;
	}
	table->columns = calloc(count, sizeof(*table->columns));
	if (!table->columns) {
		table->inv->failed = true;
		return false;
	}
	table->column_count = count;
	for (size_t i = 0; i < count; i++) {
		table->columns[i] = table->by_host ? meaning_beside_host(table, &fields[i])
						   : meaning_powershell(&fields[i]);
		check_twice(table, fields, i);
	}
	return true;
}

static void read_host_row(struct csv_table *table, const struct csv_field *fields)
{
	struct inventory *inv = table->inv;
	const struct csv_field *host = NULL;
	struct inv_var *vars = NULL;
	struct inv_place place;
	const char *text;
	size_t len;

	for (size_t i = 0; i < table->column_count; i++) {
		const struct csv_meaning *meaning = &table->columns[i];

		if (meaning->column == CSV_HOST)
			host = &fields[i];
		if (meaning->column != CSV_VAR)
			continue;
		text = cell(&fields[i], &len);
		place = field_place(table, &fields[i]);
		if (len > 0)
			inv_vars_put(inv, &vars,
				     inv_var_parse(inv, (enum inv_var_kind)meaning->index, &place,
						   text, len));
	}
	if (!host)
		return;
	text = cell(host, &len);
	place = field_place(table, host);
	inv_hosts_add(inv, &place, text, len, vars, INV_NONE);
}

/* Export-Csv writes the type of a list where ConvertTo-Json writes the list. */
static bool is_type_name(const char *text, size_t len)
{
	return len > 7 && memcmp(text, "System.", 7) == 0;
}

static void read_roles(struct csv_table *table, const struct csv_field *field)
{
	struct inv_place place = field_place(table, field);
	size_t len;
	const char *text = cell(field, &len);
	char shown[INV_SHOW_SIZE];

	if (is_type_name(text, len)) {
		inv_error(table->inv, &place,
			  "Roles holds %s instead of the roles: use ConvertTo-Json, or leave the "
			  "column out",
			  inv_show(shown, text, len));
		/* counted as a session host, so that the rest of the row is looked at too */
		table->entry.has_session_host_role = true;
	}
	table->entry.has_roles = true;
	inv_entry_role(&table->entry, text, len);
}

static void read_powershell_row(struct csv_table *table, const struct csv_field *fields)
{
	struct inv_entry *entry = &table->entry;

	inv_entry_clear(entry);
	entry->place = field_place(table, &fields[0]);
	for (size_t i = 0; i < table->column_count; i++) {
		const struct csv_meaning *meaning = &table->columns[i];
		size_t len;
		const char *text = cell(&fields[i], &len);

		if (meaning->column == CSV_ROLES)
			read_roles(table, &fields[i]);
		if (meaning->column != CSV_NAME)
			continue;
		strbuf_add(&entry->names[meaning->index], text, len);
		entry->name_places[meaning->index] = field_place(table, &fields[i]);
	}
	inv_entry_add(table->inv, entry);
}

static void read_row(struct csv_table *table, const struct csv_field *fields, size_t count)
{
	struct inv_place place = field_place(table, &fields[0]);

	if (count != table->column_count)
		inv_error(table->inv, &place, "the header has %lu columns, this row has %lu",
			  (unsigned long)table->column_count, (unsigned long)count);
	else if (table->by_host)
		read_host_row(table, fields);
	else
		read_powershell_row(table, fields);
}

static void read_records(struct csv_table *table)
{
	const struct csv_field *fields;
	size_t count;
	int got = csv_next(table->reader, &fields, &count);

	if (got > 0 && !read_header(table, fields, count))
		return;
	while (got > 0 && !table->inv->failed) {
		got = csv_next(table->reader, &fields, &count);
		if (got > 0)
			read_row(table, fields, count);
	}
	if (got < 0) {
		struct inv_place place = { .source = table->source,
					   .line = csv_error_line(table->reader) +
						   table->first_line,
					   .column = csv_error_column(table->reader) };

		inv_error(table->inv, &place, "%s", csv_error_text(table->reader));
	}
}

/* The bytes of blank lines and of a `#TYPE` line at the start; *ret_lines counts them. */
static size_t skip_type_line(struct inventory *inv, const struct inv_text *text, int *ret_lines)
{
	size_t at = 0;

	*ret_lines = 0;
	while (at < text->len) {
		const char *newline = memchr(text->bytes + at, '\n', text->len - at);
		const char *line = text->bytes + at;
		size_t len = newline ? (size_t)(newline - line) : text->len - at;
		size_t whole = len + (newline ? 1 : 0);

		inv_trim(&line, &len);
		if (len > 0 && line[0] != '#')
			return at;
		(*ret_lines)++;
		at += whole;
		if (len > 0) {
			inv_note(inv,
				 &(struct inv_place){ .source = text->source, .line = *ret_lines },
				 "the #TYPE line is skipped");
			return at;
		}
	}
	return at;
}

/* Other delimiters are said before quotes are looked at: `"Name";"Enabled"` would only be a
 * wrong quote. */
static bool delimiter_check(const struct csv_table *table, const char *text, size_t len)
{
	struct inv_place place = { .source = table->source,
				   .line = table->first_line + 1,
				   .column = 1 };
	const char *newline = memchr(text, '\n', len);
	size_t line_len = newline ? (size_t)(newline - text) : len;

	if (inv_header_names_hosts(text, line_len, ','))
		return true;
	if (inv_header_names_hosts(text, line_len, ';'))
		inv_error(table->inv, &place, "the columns are delimited by ';', expected ','");
	else if (inv_header_names_hosts(text, line_len, '\t'))
		inv_error(table->inv, &place, "the columns are delimited by tabs, expected ','");
	else
		return true;
	return false;
}

void inv_read_csv(struct inventory *inv, const struct inv_text *text)
{
	struct csv_table table = { .inv = inv, .source = text->source };
	size_t start = skip_type_line(inv, text, &table.first_line);

	if (!delimiter_check(&table, text->bytes + start, text->len - start))
		return;
	inv_entry_init(&table.entry);
	table.reader = csv_reader_create(text->bytes + start, text->len - start);
	if (table.reader)
		read_records(&table);
	else
		inv->failed = true;
	csv_reader_free(table.reader);
	inv_entry_release(&table.entry);
	free(table.columns);
}
