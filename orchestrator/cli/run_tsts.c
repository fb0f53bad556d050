/* run_tsts.c - see run_tsts.h. */
#include "run_tsts.h"

#include "cli_error.h"

#ifndef RDSWEEP_TSTS

bool run_tsts_is_built(void)
{
	return false;
}

int run_tsts_check(const struct options *options)
{
	(void)options;
	return cli_usage("backend 'tsts' is not part of this build: it is made on Linux, where "
			 "Samba's libdcerpc is found");
}

int run_tsts_open(struct session_backend **ret, const struct options *options,
		  const struct session_clock *clock, const struct fleet_host *hosts,
		  size_t host_count, unsigned calls)
{
	(void)ret, (void)clock, (void)hosts, (void)host_count, (void)calls;
	return run_tsts_check(options);
}

const char *run_tsts_account(const struct session_backend *backend)
{
	(void)backend;
	return NULL;
}

#else

#include "platform_process.h"
#include "session_tsts.h"
#include "strbuf.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uv.h>

#define CONNECTOR      "rdsweep-tsts"
#define CONNECTOR_ENV  "RDSWEEP_TSTS_CONNECTOR" /* for tests */
#define PATH_SIZE_MOST 4096

bool run_tsts_is_built(void)
{
	return true;
}

int run_tsts_check(const struct options *options)
{
	if (*options->drain_to || options->drain != DRAIN_UNSET)
		return cli_usage(
			"backend 'tsts' cannot read or set drain mode: use %s from Windows, or "
			"'change logon /drain' on the hosts",
			*options->drain_to ? "'drain'" : "'--drain'");
	if (options->wait)
		return cli_usage(
			"backend 'tsts' cannot wait for the end of a logoff: leave '--wait' "
			"out, every logoff is verified anyway");
	return 0;
}

/* The folder this program is in, with its slash; empty where it is not known. */
static void own_folder(struct strbuf *out)
{
	char path[PATH_SIZE_MOST];
	size_t size = sizeof(path);
	const char *slash;

	if (uv_exepath(path, &size) < 0)
		return;
	slash = strrchr(path, '/');
	if (slash)
		strbuf_add(out, path, (size_t)(slash - path) + 1);
}

/* Beside this program, where a build has it; else where an installation does. */
static int find_connector(struct strbuf *out)
{
	static const char *const places[] = { "", RDSWEEP_TSTS_FROM_BIN "/",
					      RDSWEEP_TSTS_INSTALLED "/" };
	const char *told = process_env(CONNECTOR_ENV);

	if (told && *told) {
		strbuf_adds(out, told);
		return out->failed ? cli_no_memory() : 0;
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		strbuf_clear(out);
		if (places[i][0] != '/')
			own_folder(out);
		strbuf_addf(out, "%s%s", places[i], CONNECTOR);
		if (out->failed)
			return cli_no_memory();
		if (access(out->data, X_OK) == 0)
			return 0;
	}
	return cli_usage("backend 'tsts' needs its program '%s', which is neither beside this one "
			 "nor in '%s'",
			 CONNECTOR, RDSWEEP_TSTS_INSTALLED);
}

/* The hosts whose port is not the usual one. NULL when memory is short. */
static struct session_tsts_port *take_ports(const struct fleet_host *hosts, size_t count,
					    size_t *ret_count)
{
	struct session_tsts_port *ports = calloc(count ? count : 1, sizeof(*ports));

	*ret_count = 0;
	for (size_t i = 0; ports && i < count; i++)
		if (hosts[i].probe_port != SESSION_TSTS_PORT)
			ports[(*ret_count)++] =
				(struct session_tsts_port){ hosts[i].name, hosts[i].probe_port };
	return ports;
}

int run_tsts_open(struct session_backend **ret, const struct options *options,
		  const struct session_clock *clock, const struct fleet_host *hosts,
		  size_t host_count, unsigned calls)
{
	struct session_tsts_options tsts = { .clock = clock,
					     .auth_file = options->auth_file,
					     .connectors = calls };
	char why[SESSION_TSTS_WHY_SIZE];
	struct session_tsts_port *ports;
	struct strbuf connector;
	int code;

	strbuf_init(&connector);
	ports = take_ports(hosts, host_count, &tsts.port_count);
	code = ports ? find_connector(&connector) : cli_no_memory();
	if (!code) {
		tsts.connector = connector.data;
		tsts.ports = ports;
		if (session_tsts_create(ret, &tsts, why) < 0)
			code = cli_usage("%s", why);
	}
	free(ports);
	strbuf_release(&connector);
	return code;
}

const char *run_tsts_account(const struct session_backend *backend)
{
	return session_tsts_account(backend);
}

#endif
