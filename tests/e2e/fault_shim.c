/*
 * fault_shim.c - a library that is loaded before everything else (LD_PRELOAD) and makes the
 * system fail below a program that knows nothing of it. For tests, on Linux.
 *
 * What fails is in RDSWEEP_FAULT, faults separated by commas:
 *   alloc=N      the N-th allocation fails (from 1, counted over all threads; those of the program,
 *                libuv and cJSON: the C library's own are left alone, as it does not survive all of
 *                them, see getpwuid())
 *   allocs=N     the N-th and every later one
 *   open=N       the N-th file, socket, pipe or event descriptor: EMFILE
 *   opens=N      the N-th and every later one
 *   threads=N    no more than N threads at a time, besides the first: EAGAIN
 *   short        every write to a file takes one byte, or half of what is left
 *   full=N       files take N bytes in all, then ENOSPC (a short write first)
 *   sync=N       the N-th flush of a file fails: EIO
 *   eintr        every second slow call is interrupted first: EINTR
 *   clock=S      the time of day jumps by S seconds (may be negative) and back at every other look
 *   names        name look-ups do not come back
 * "Files" are those whose path holds RDSWEEP_FAULT_PATH; unset: all regular files.
 * RDSWEEP_FAULT_HIT names a file that is made when a fault has struck: a run without it was a run
 * without a fault.
 * RDSWEEP_FAULT_LEAKS names a file to which is written, at a normal end, where in the program memory
 * was allocated that nobody has freed: a line for each block, as an offset for addr2line.
 * Where libuv itself calls abort(), as it does when it cannot go on without memory, a thread or a
 * descriptor, the process ends with FAULT_UV_ABORT (99) instead: that is not the program's fault.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FAULT_UV_ABORT 99
#define RANGES_MAX     8

/* The function of that name that would be called without us, found once. */
#define NEXT(name)                                                                                 \
	static __typeof__(&name) next;                                                             \
	if (!next)                                                                                 \
	find_next(#name, &next)

static void find_next(const char *name, void *ret)
{
	void *at = dlsym(RTLD_NEXT, name);

	memcpy(ret, &at, sizeof(at)); /* ISO C knows no way from one kind of pointer to the other */
}

static struct {
	bool ready;
	long alloc, allocs, open, opens, threads, full, sync, clock;
	bool short_writes, eintr, names;
	const char *path, *hit, *leaks;
} fault;

/* Where the code lies whose allocations count; the first is libuv's. */
static struct {
	uintptr_t from, to;
} ranges[RANGES_MAX];
static size_t range_count = 1;
static uintptr_t program_base;

static atomic_long allocated, opened, living, written, synced, slow_calls, looks;

static long number_after(const char *text, const char *name)
{
	size_t len = strlen(name);

	return strncmp(text, name, len) == 0 && text[len] == '=' ? atol(text + len + 1) : 0;
}

static bool word_is(const char *text, const char *name)
{
	size_t len = strlen(name);

	return strncmp(text, name, len) == 0 && (!text[len] || text[len] == ',');
}

static int note_range(struct dl_phdr_info *info, size_t size, void *unused)
{
	bool uv = strstr(info->dlpi_name, "libuv") != NULL;
	bool program = !info->dlpi_name[0];

	(void)size;
	(void)unused;
	if (!uv && !program && !strstr(info->dlpi_name, "libcjson"))
		return 0;
	if (program)
		program_base = info->dlpi_addr;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		size_t at = uv ? 0 : range_count;

		if (info->dlpi_phdr[i].p_type != PT_LOAD || !(info->dlpi_phdr[i].p_flags & PF_X) ||
		    at >= RANGES_MAX)
			continue;
		ranges[at].from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
		ranges[at].to = ranges[at].from + info->dlpi_phdr[i].p_memsz;
		range_count += !uv;
	}
	return 0;
}

static bool is_in(size_t range, const void *code)
{
	return (uintptr_t)code >= ranges[range].from && (uintptr_t)code < ranges[range].to;
}

static bool counts(const void *caller)
{
	for (size_t i = 0; i < range_count; i++)
		if (is_in(i, caller))
			return true;
	return false;
}

__attribute__((constructor)) static void read_faults(void)
{
	static const struct {
		const char *name;
		long *to;
	} numbers[] = { { "alloc", &fault.alloc },     { "allocs", &fault.allocs },
			{ "open", &fault.open },       { "opens", &fault.opens },
			{ "threads", &fault.threads }, { "full", &fault.full },
			{ "sync", &fault.sync },       { "clock", &fault.clock } };
	const char *text = getenv("RDSWEEP_FAULT");

	fault.full = -1;
	fault.path = getenv("RDSWEEP_FAULT_PATH");
	fault.hit = getenv("RDSWEEP_FAULT_HIT");
	fault.leaks = getenv("RDSWEEP_FAULT_LEAKS");
	for (; text; text = strchr(text, ',') ? strchr(text, ',') + 1 : NULL) {
		for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
			if (number_after(text, numbers[i].name) || strncmp(text, "full=0", 6) == 0)
				*numbers[i].to = number_after(text, numbers[i].name);
		fault.short_writes |= word_is(text, "short");
		fault.eintr |= word_is(text, "eintr");
		fault.names |= word_is(text, "names");
	}
	(void)dl_iterate_phdr(note_range, NULL);
	fault.ready = true;
}

/* Without any function that could be one of those below. */
static void strike(void)
{
	long fd;

	if (!fault.hit)
		return;
	fd = syscall(SYS_openat, AT_FDCWD, fault.hit, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)syscall(SYS_close, fd);
}

static bool reached(atomic_long *count, long one, long all)
{
	long now;

	if (!fault.ready || (!one && !all))
		return false;
	now = atomic_fetch_add(count, 1) + 1;
	if ((one && now == one) || (all && now >= all)) {
		strike();
		return true;
	}
	return false;
}

/* --- memory --- */

#define CALLER __builtin_return_address(0)

void abort(void)
{
	if (is_in(0, CALLER))
		_exit(FAULT_UV_ABORT);
	(void)signal(SIGABRT, SIG_DFL);
	(void)raise(SIGABRT);
	_exit(127);
}

static bool no_memory(const void *caller)
{
	if (!fault.ready || !counts(caller) || !reached(&allocated, fault.alloc, fault.allocs))
		return false;
	errno = ENOMEM;
	return true;
}

/* Blocks of the program, for RDSWEEP_FAULT_LEAKS: a hash table with open places. */
#define BLOCKS (1u << 18)
static struct {
	const void *at, *caller;
} blocks[BLOCKS];
static atomic_flag blocks_lock = ATOMIC_FLAG_INIT;
static const char removed_block;

static size_t place_of(const void *at)
{
	return ((uintptr_t)at >> 4) * 0x9e3779b1u % BLOCKS;
}

static void *keep_block(void *at, const void *caller)
{
	size_t place = place_of(at);

	if (!fault.leaks || !at || !counts(caller) || is_in(0, caller))
		return at;
	while (atomic_flag_test_and_set(&blocks_lock))
		;
	while (blocks[place].at && blocks[place].at != &removed_block)
		place = (place + 1) % BLOCKS;
	blocks[place].at = at;
	blocks[place].caller = caller;
	atomic_flag_clear(&blocks_lock);
	return at;
}

static void drop_block(const void *at)
{
	if (!fault.leaks || !at)
		return;
	while (atomic_flag_test_and_set(&blocks_lock))
		;
	for (size_t place = place_of(at); blocks[place].at; place = (place + 1) % BLOCKS) {
		if (blocks[place].at != at)
			continue;
		blocks[place].at = &removed_block;
		break;
	}
	atomic_flag_clear(&blocks_lock);
}

__attribute__((destructor)) static void tell_leaks(void)
{
	FILE *out = fault.leaks ? fopen(fault.leaks, "w") : NULL;

	fault.ready = false;
	if (!out)
		return;
	for (size_t i = 0; i < BLOCKS; i++)
		if (blocks[i].at && blocks[i].at != &removed_block)
			(void)fprintf(out, "%#lx\n",
				      (unsigned long)((uintptr_t)blocks[i].caller - program_base));
	(void)fclose(out);
}

/* What dlsym() itself wants before there is a calloc() to call. */
static char early[4096];
static size_t early_used;

static bool is_early(const void *at)
{
	return (const char *)at >= early && (const char *)at < early + sizeof(early);
}

void *malloc(size_t bytes)
{
	NEXT(malloc);
	return no_memory(CALLER) ? NULL : keep_block(next(bytes), CALLER);
}

void *calloc(size_t count, size_t bytes)
{
	static void *(*next)(size_t, size_t);
	static bool looking;

	if (!next && looking) {
		void *at = early + early_used;

		early_used += (count * bytes + 15) & ~(size_t)15;
		return early_used > sizeof(early) ? NULL : at;
	}
	if (!next) {
		looking = true;
		find_next("calloc", &next);
	}
	return no_memory(CALLER) ? NULL : keep_block(next(count, bytes), CALLER);
}

void *realloc(void *old, size_t bytes)
{
	NEXT(realloc);
	void *at;

	if (no_memory(CALLER))
		return NULL;
	drop_block(old);
	at = next(old, bytes);
	return at ? keep_block(at, CALLER) : keep_block(old, CALLER);
}

void free(void *at)
{
	NEXT(free);
	drop_block(at);
	if (!is_early(at))
		next(at);
}

char *strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = no_memory(CALLER) ? NULL : keep_block(malloc(size), CALLER);

	return copy ? memcpy(copy, text, size) : NULL;
}

char *strndup(const char *text, size_t max)
{
	size_t len = strnlen(text, max);
	char *copy = no_memory(CALLER) ? NULL : keep_block(malloc(len + 1), CALLER);

	if (copy) {
		memcpy(copy, text, len);
		copy[len] = '\0';
	}
	return copy;
}

/* --- descriptors --- */

static bool no_descriptor(void)
{
	if (!reached(&opened, fault.open, fault.opens))
		return false;
	errno = EMFILE;
	return true;
}

static mode_t mode_of(int flags, va_list args)
{
	return flags & O_CREAT ? (mode_t)va_arg(args, int) : 0;
}

int open(const char *path, int flags, ...)
{
	NEXT(open);
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = mode_of(flags, args);
	va_end(args);
	return no_descriptor() ? -1 : next(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	NEXT(open64);
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = mode_of(flags, args);
	va_end(args);
	return no_descriptor() ? -1 : next(path, flags, mode);
}

int socket(int domain, int type, int protocol)
{
	NEXT(socket);
	return no_descriptor() ? -1 : next(domain, type, protocol);
}

int socketpair(int domain, int type, int protocol, int ends[2])
{
	NEXT(socketpair);
	return no_descriptor() ? -1 : next(domain, type, protocol, ends);
}

int pipe2(int ends[2], int flags)
{
	NEXT(pipe2);
	return no_descriptor() ? -1 : next(ends, flags);
}

int eventfd(unsigned count, int flags)
{
	NEXT(eventfd);
	return no_descriptor() ? -1 : next(count, flags);
}

int epoll_create1(int flags)
{
	NEXT(epoll_create1);
	return no_descriptor() ? -1 : next(flags);
}

/* --- threads --- */

struct thread_work {
	void *(*work)(void *arg);
	void *arg;
};

static void *counted(void *arg)
{
	struct thread_work own = *(struct thread_work *)arg;
	void *result;

	free(arg);
	result = own.work(own.arg);
	atomic_fetch_sub(&living, 1);
	return result;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*work)(void *),
		   void *arg)
{
	NEXT(pthread_create);
	struct thread_work *own;
	int status;

	if (!fault.ready || !fault.threads)
		return next(thread, attributes, work, arg);
	if (atomic_fetch_add(&living, 1) >= fault.threads) {
		atomic_fetch_sub(&living, 1);
		strike();
		return EAGAIN;
	}
	own = malloc(sizeof(*own));
	if (own)
		*own = (struct thread_work){ work, arg };
	status = own ? next(thread, attributes, counted, own) : EAGAIN;
	if (status) {
		atomic_fetch_sub(&living, 1);
		free(own);
	}
	return status;
}

/* --- files --- */

static bool is_meant(int fd)
{
	char link[32], path[4096];
	struct stat about;
	long len;

	if (fstat(fd, &about) < 0 || !S_ISREG(about.st_mode))
		return false;
	if (!fault.path)
		return true;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	path[len < 0 ? 0 : len] = '\0';
	return strstr(path, fault.path) != NULL;
}

static bool interrupted(void)
{
	if (!fault.ready || !fault.eintr || atomic_fetch_add(&slow_calls, 1) % 2)
		return false;
	strike();
	errno = EINTR;
	return true;
}

/* How much of `size` bytes a file takes; -1 with errno. */
static ssize_t room(int fd, size_t size)
{
	if (!fault.ready || (!fault.short_writes && fault.full < 0) || !size || !is_meant(fd))
		return (ssize_t)size;
	if (fault.short_writes) {
		strike();
		size = size > 2 ? size / 2 : 1;
	}
	if (fault.full >= 0) {
		long before = atomic_fetch_add(&written, (long)size);

		if (before + (long)size > fault.full) {
			strike();
			size = before < fault.full ? (size_t)(fault.full - before) : 0;
		}
	}
	if (!size) {
		errno = ENOSPC;
		return -1;
	}
	return (ssize_t)size;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
	NEXT(write);
	ssize_t part;

	if (interrupted())
		return -1;
	part = room(fd, size);
	return part < 0 ? -1 : next(fd, bytes, (size_t)part);
}

ssize_t read(int fd, void *bytes, size_t size)
{
	NEXT(read);
	if (interrupted())
		return -1;
	return next(fd, bytes, size);
}

static bool flush_fails(int fd)
{
	if (!fault.ready || !fault.sync || !is_meant(fd) || !reached(&synced, fault.sync, 0))
		return false;
	errno = EIO;
	return true;
}

int fsync(int fd)
{
	NEXT(fsync);
	return interrupted() || flush_fails(fd) ? -1 : next(fd);
}

int fdatasync(int fd)
{
	NEXT(fdatasync);
	return interrupted() || flush_fails(fd) ? -1 : next(fd);
}

/* --- time and names --- */

int clock_gettime(clockid_t which, struct timespec *ret)
{
	int status = (int)syscall(SYS_clock_gettime, which, ret);

	if (fault.ready && fault.clock && which == CLOCK_REALTIME && status == 0 &&
	    atomic_fetch_add(&looks, 1) % 2) {
		strike();
		ret->tv_sec += fault.clock;
	}
	return status;
}

int timespec_get(struct timespec *ret, int base)
{
	return clock_gettime(CLOCK_REALTIME, ret) == 0 ? base : 0;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **ret)
{
	NEXT(getaddrinfo);
	if (fault.ready && fault.names) {
		strike();
		for (;;)
			(void)pause();
	}
	return next(node, service, hints, ret);
}
