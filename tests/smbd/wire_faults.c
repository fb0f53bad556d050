#include "wire_faults.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINE_SIZE 512
#define WORD_SIZE 4

struct rule {
	char host[256];
	char call[64];
	struct wire_fault fault;
	int64_t left; /* times; -1: always */
};

struct wire_faults {
	pthread_mutex_t lock;
	struct rule *rules;
	size_t count;
};

static const struct {
	const char *name;
	enum wire_action action;
	bool has_value;
} actions[] = {
	{ "drop", WIRE_DROP, false },
	{ "fault", WIRE_FAULT, true },
	{ "late-drop", WIRE_LATE_DROP, false },
	{ "short", WIRE_SHORT, true },
	{ "long", WIRE_LONG, true },
	{ "set", WIRE_SET, true },
};

static bool parse_number(const char *text, char until, int64_t *ret, const char **ret_rest)
{
	char *end;

	errno = 0;
	*ret = strtoll(text, &end, 0);
	if (end == text || errno || *end != until)
		return false;
	*ret_rest = end + (until != '\0');
	return true;
}

static bool parse_action(char *text, struct wire_fault *ret)
{
	char *value = strchr(text, '=');
	const char *rest = value ? value + 1 : "";

	if (value)
		*value = '\0';
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(actions[i].name, text) != 0)
			continue;
		ret->action = actions[i].action;
		if (actions[i].has_value != (value != NULL))
			return false;
		if (ret->action == WIRE_SET && !parse_number(rest, ':', &ret->at, &rest))
			return false;
		return !value || parse_number(rest, '\0', &ret->value, &rest);
	}
	return false;
}

static bool parse_line(char *line, struct rule *ret)
{
	char action[64], times[32], more[2];
	const char *rest;
	int words =
		sscanf(line, "%255s %63s %63s %31s %1s", ret->host, ret->call, action, times, more);

	ret->left = -1;
	if (words == 4 && !parse_number(times, '\0', &ret->left, &rest))
		return false;
	return (words == 3 || words == 4) && parse_action(action, &ret->fault);
}

static int read_rules(struct wire_faults *faults, FILE *file, const char *path)
{
	char line[LINE_SIZE];

	for (int number = 1; fgets(line, sizeof(line), file); number++) {
		struct rule *rules;

		if (line[0] == '#' || line[0] == '\n')
			continue;
		rules = realloc(faults->rules, (faults->count + 1) * sizeof(*rules));
		if (!rules)
			return -1;
		faults->rules = rules;
		memset(&rules[faults->count], 0, sizeof(*rules));
		if (!parse_line(line, &rules[faults->count])) {
			fprintf(stderr, "%s:%d: expected HOST CALL ACTION[=VALUE] [TIMES]\n", path,
				number);
			return -1;
		}
		faults->count++;
	}
	return 0;
}

struct wire_faults *wire_faults_read(const char *path)
{
	struct wire_faults *faults = calloc(1, sizeof(*faults));
	FILE *file;
	int result;

	if (!faults || pthread_mutex_init(&faults->lock, NULL) != 0)
		return NULL;
	if (!path)
		return faults;
	file = fopen(path, "r");
	if (!file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return NULL;
	}
	result = read_rules(faults, file, path);
	(void)fclose(file);
	return result == 0 ? faults : NULL;
}

struct wire_fault wire_faults_hit(struct wire_faults *faults, const char *host, const char *call)
{
	struct wire_fault found = { .action = WIRE_NOTHING };

	pthread_mutex_lock(&faults->lock);
	for (size_t i = 0; i < faults->count; i++) {
		struct rule *rule = &faults->rules[i];

		if (rule->left == 0 || strcmp(rule->call, call) != 0 ||
		    (strcmp(rule->host, "*") != 0 && strcasecmp(rule->host, host) != 0))
			continue;
		found = rule->fault;
		if (rule->left > 0)
			rule->left--;
		break;
	}
	pthread_mutex_unlock(&faults->lock);
	return found;
}

static void set_word(struct strbuf *stub, int64_t at, uint32_t value)
{
	if (at < 0)
		at += (int64_t)stub->len;
	if (at < 0 || (size_t)at + WORD_SIZE > stub->len)
		return;
	for (size_t i = 0; i < WORD_SIZE; i++)
		stub->data[(size_t)at + i] = (char)(uint8_t)(value >> 8 * i);
}

void wire_fault_apply(const struct wire_fault *fault, struct strbuf *stub)
{
	if (stub->failed)
		return;
	if (fault->action == WIRE_SHORT)
		stub->len -= (size_t)fault->value < stub->len ? (size_t)fault->value : stub->len;
	for (int64_t i = 0; fault->action == WIRE_LONG && i < fault->value; i++)
		strbuf_addc(stub, '\xee');
	if (fault->action == WIRE_SET)
		set_word(stub, fault->at, (uint32_t)fault->value);
}
