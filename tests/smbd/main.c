/* main.c - smbd_session_service: a simulated fleet of session hosts behind a real smbd. README.md tells
 * how it is started and reached. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <poll.h>

#include "np_front.h"
#include "session_service.h"

#define STACK_BYTES (512u * 1024)
#define NAMES_MAX   16
#define PIPES	    2

static const char usage[] =
	"usage: smbd_session_service --np FOLDER --scenario FILE --hosts FILE [--state FILE]\n"
	"           [--faults FILE] [--log FILE] [--administrator ACCOUNT]...\n";

struct options {
	const char *np; /* the folder where smbd looks for sockets */
	struct fleet_options fleet;
	const char *faults;
	const char *log;
	const char *administrators[NAMES_MAX + 1];
	size_t administrator_count;
};

static bool take_option(struct options *options, const char *name, const char *value)
{
	const struct {
		const char *name;
		const char **where;
	} known[] = {
		{ "--np", &options->np },
		{ "--scenario", &options->fleet.scenario },
		{ "--hosts", &options->fleet.hosts },
		{ "--state", &options->fleet.state },
		{ "--faults", &options->faults },
		{ "--log", &options->log },
	};

	if (strcmp(name, "--administrator") == 0 && options->administrator_count < NAMES_MAX) {
		options->administrators[options->administrator_count++] = value;
		return true;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].name, name) == 0) {
			*known[i].where = value;
			return true;
		}
	return false;
}

static bool parse(struct options *options, int argc, char **argv)
{
	for (int i = 1; i < argc; i += 2)
		if (i + 1 == argc || !take_option(options, argv[i], argv[i + 1]))
			return false;
	return options->np && options->fleet.scenario && options->fleet.hosts;
}

struct job {
	struct session_service *service;
	int fd;
};

static void *serve(void *arg)
{
	struct job job = *(struct job *)arg;

	free(arg);
	session_service_pipe(job.service, job.fd);
	return NULL;
}

static void start(struct session_service *service, const pthread_attr_t *attributes, int fd)
{
	struct job *job = malloc(sizeof(*job));
	pthread_t thread;

	if (job)
		*job = (struct job){ .service = service, .fd = fd };
	if (job && pthread_create(&thread, attributes, serve, job) == 0)
		return;
	fprintf(stderr, "no thread for a pipe\n");
	free(job);
	(void)close(fd);
}

static int listen_in(const char *folder, const char *pipe)
{
	char path[108];
	int fd = -1;

	if (snprintf(path, sizeof(path), "%s/%s", folder, pipe) < (int)sizeof(path))
		fd = np_listen(path);
	if (fd < 0)
		fprintf(stderr, "cannot listen in %s: %s\n", folder, strerror(errno));
	return fd;
}

static int accept_all(struct session_service *service, struct pollfd pipes[PIPES])
{
	pthread_attr_t attributes;

	if (pthread_attr_init(&attributes) != 0 ||
	    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) != 0 ||
	    pthread_attr_setstacksize(&attributes, STACK_BYTES) != 0)
		return EXIT_FAILURE;
	printf("ready\n");
	(void)fflush(stdout);
	for (;;) {
		if (poll(pipes, PIPES, -1) < 0 && errno != EINTR)
			return EXIT_FAILURE;
		for (int i = 0; i < PIPES; i++) {
			int fd = pipes[i].revents ? accept(pipes[i].fd, NULL, NULL) : -1;

			if (fd >= 0)
				start(service, &attributes, fd);
		}
	}
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct session_service service = { 0 };
	struct pollfd pipes[PIPES];

	if (!parse(&options, argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	service.administrators = options.administrators;
	service.fleet = fleet_create(&options.fleet);
	service.faults = wire_faults_read(options.faults);
	if (!service.fleet || !service.faults)
		return EXIT_FAILURE;
	if (options.log) {
		service.log = fopen(options.log, "a");
		if (!service.log || setvbuf(service.log, NULL, _IONBF, 0) != 0) {
			fprintf(stderr, "%s: %s\n", options.log, strerror(errno));
			return EXIT_FAILURE;
		}
	}
	pipes[0] =
		(struct pollfd){ .fd = listen_in(options.np, "lsm_api_service"), .events = POLLIN };
	pipes[1] = (struct pollfd){ .fd = listen_in(options.np, "srvsvc"), .events = POLLIN };
	if (pipes[0].fd < 0 || pipes[1].fd < 0)
		return EXIT_FAILURE;
	return accept_all(&service, pipes);
}
