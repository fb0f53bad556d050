/*
 * bench_child.c - runs a program and writes down what it cost, with everything that it started and
 * waited for.
 *
 *   bench_child FILE PROGRAM [ARGUMENT...]
 *
 * Small on purpose: a process starts with the peak memory of the one that started it, so that
 * nothing started by a larger program (an interpreter) can be seen to be smaller. POSIX only.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static long long in_us(const struct timeval *time)
{
	return (long long)time->tv_sec * 1000000 + time->tv_usec;
}

static int write_down(const char *path, long long wall_us, int code)
{
	struct rusage usage;
	FILE *file = fopen(path, "w");

	if (!file)
		return -1;
	(void)getrusage(RUSAGE_CHILDREN, &usage);
	(void)fprintf(
		file,
		"{\"wall_us\": %lld, \"cpu_us\": %lld, \"peak_rss_kib\": %ld, \"exit_code\": %d}\n",
		wall_us, in_us(&usage.ru_utime) + in_us(&usage.ru_stime), usage.ru_maxrss, code);
	return fclose(file);
}

int main(int argc, char **argv)
{
	long long start_us = now_us();
	int status = 0;
	pid_t child;

	if (argc < 3) {
		(void)fprintf(stderr, "bench_child: expected 'FILE PROGRAM [ARGUMENT...]'\n");
		return 2;
	}
	child = fork();
	if (child == 0) {
		(void)execvp(argv[2], argv + 2);
		(void)fprintf(stderr, "bench_child: cannot run '%s': %s\n", argv[2],
			      strerror(errno));
		_exit(127);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	if (child < 0 ||
	    write_down(argv[1], now_us() - start_us,
		       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)) != 0) {
		(void)fprintf(stderr, "bench_child: %s\n", strerror(errno));
		return 2;
	}
	return 0;
}
