/* platform_folder_posix.c - see platform_folder.h. */
#include "platform_folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <uv.h>

static int fail(const char **reterr_what, int error)
{
	*reterr_what = uv_strerror(uv_translate_sys_error(error));
	return -1;
}

static int out_of_memory(const char **reterr_what)
{
	*reterr_what = uv_strerror(UV_ENOMEM);
	return -1;
}

int folder_working(struct strbuf *out, const char **reterr_what)
{
	size_t size = 1024;

	for (;;) {
		char *buffer = malloc(size);

		if (!buffer)
			return out_of_memory(reterr_what);
		if (getcwd(buffer, size)) {
			strbuf_adds(out, buffer);
			free(buffer);
			return out->failed ? out_of_memory(reterr_what) : 0;
		}
		free(buffer);
		if (errno != ERANGE)
			return fail(reterr_what, errno);
		size *= 2;
	}
}

void folder_join(struct strbuf *out, const char *name)
{
	if (!out->len || out->data[out->len - 1] != '/')
		strbuf_addc(out, '/');
	strbuf_adds(out, name);
}

void folder_absolute(struct strbuf *out, const char *folder, const char *path)
{
	if (path[0] == '/') {
		strbuf_adds(out, path);
		return;
	}
	strbuf_adds(out, folder);
	folder_join(out, path);
}

/* Makes the folder and those above it. */
static int make_all(char *path, const char **reterr_what)
{
	struct stat about;

	if (stat(path, &about) == 0)
		return S_ISDIR(about.st_mode) ? 0 : fail(reterr_what, ENOTDIR);
	for (char *at = path + 1;; at++) {
		char byte = *at;

		if (byte && byte != '/')
			continue;
		*at = '\0';
		if (mkdir(path, S_IRWXU) < 0 && errno != EEXIST) {
			int error = errno;

			*at = byte;
			return fail(reterr_what, error);
		}
		*at = byte;
		if (!byte)
			return 0;
	}
}

static int add_home(struct strbuf *out, const char **reterr_what)
{
	char small[1024];
	size_t size = sizeof(small);
	int status = uv_os_homedir(small, &size);

	if (status < 0) {
		*reterr_what = uv_strerror(status);
		return -1;
	}
	strbuf_adds(out, small);
	return 0;
}

int folder_state(struct strbuf *out, const char **reterr_what)
{
	const char *given = getenv("XDG_STATE_HOME");
	size_t before = out->len;

	/* A relative one is to be ignored, says the XDG base directory specification. */
	if (given && given[0] == '/') {
		strbuf_adds(out, given);
	} else {
		if (add_home(out, reterr_what) < 0)
			return -1;
		folder_join(out, ".local/state");
	}
	folder_join(out, "rdsweep");
	if (out->failed)
		return out_of_memory(reterr_what);
	return make_all(out->data + before, reterr_what);
}
