/* platform_console_win.c - see platform_console.h. A console gets UTF-16 and so shows any name,
 * whatever its code page is; files and pipes get the bytes as they are. */
#include "platform_console.h"

#include "platform_win.h"
#include "strbuf.h"
#include "text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CONSOLE_PIECE 4096 /* bytes at once: old consoles share one small heap */
#define CTRL_Z	      0x1A

static HANDLE handle_of(enum console_stream stream)
{
	return GetStdHandle(stream == CONSOLE_IN    ? STD_INPUT_HANDLE
			    : stream == CONSOLE_OUT ? STD_OUTPUT_HANDLE
						    : STD_ERROR_HANDLE);
}

static bool is_console(HANDLE handle)
{
	DWORD mode;

	return GetConsoleMode(handle, &mode) != 0;
}

bool console_is_terminal(enum console_stream stream)
{
	return is_console(handle_of(stream));
}

int console_width(enum console_stream stream)
{
	CONSOLE_SCREEN_BUFFER_INFO info;

	if (!GetConsoleScreenBufferInfo(handle_of(stream), &info))
		return 0;
	return info.srWindow.Right - info.srWindow.Left + 1;
}

int console_height(enum console_stream stream)
{
	CONSOLE_SCREEN_BUFFER_INFO info;

	if (!GetConsoleScreenBufferInfo(handle_of(stream), &info))
		return 0;
	return info.srWindow.Bottom - info.srWindow.Top + 1;
}

bool console_is_foreground(enum console_stream stream)
{
	(void)stream;
	return true;
}

/* The console outlives us, and whoever has it next may not expect what we switched on. */
static DWORD old_modes[CONSOLE_ERR + 1];
static bool switched[CONSOLE_ERR + 1];

void win_console_switch_back(void)
{
	for (int i = 0; i <= CONSOLE_ERR; i++)
		if (switched[i])
			(void)SetConsoleMode(handle_of((enum console_stream)i), old_modes[i]);
}

bool console_takes_escapes(enum console_stream stream)
{
	static bool at_exit;
	HANDLE console = handle_of(stream);
	DWORD mode;

	if (!GetConsoleMode(console, &mode))
		return false;
	if (mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING)
		return true;
	if (!SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING))
		return false; /* before Windows 10 1511, or the legacy console */
	old_modes[stream] = mode;
	switched[stream] = true;
	if (!at_exit)
		at_exit = atexit(win_console_switch_back) == 0;
	return true;
}

/* So many bytes that no character is cut, unless the text itself is broken. */
static size_t whole_characters(const char *bytes, size_t len)
{
	size_t cut = CONSOLE_PIECE;

	if (len <= CONSOLE_PIECE)
		return len;
	while (cut > CONSOLE_PIECE - 4 && ((unsigned char)bytes[cut] & 0xC0) == 0x80)
		cut--;
	return cut;
}

static int write_console(HANDLE console, const char *bytes, size_t len)
{
	wchar_t wide[CONSOLE_PIECE];

	while (len) {
		size_t piece = whole_characters(bytes, len);
		int count = MultiByteToWideChar(CP_UTF8, 0, bytes, (int)piece, wide, CONSOLE_PIECE);
		DWORD done = 0;

		if (!count)
			return -1;
		for (int i = 0; i < count; i += (int)done)
			if (!WriteConsoleW(console, wide + i, (DWORD)(count - i), &done, NULL) ||
			    !done)
				return -1;
		bytes += piece;
		len -= piece;
	}
	return 0;
}

static int write_bytes(HANDLE file, const char *bytes, size_t len)
{
	while (len) {
		DWORD piece = len > 1u << 20 ? 1u << 20 : (DWORD)len, done = 0;

		if (!WriteFile(file, bytes, piece, &done, NULL))
			return -1;
		bytes += done;
		len -= done;
	}
	return 0;
}

int console_write(enum console_stream stream, const char *bytes, size_t len,
		  const char **reterr_what)
{
	HANDLE handle = handle_of(stream);
	int status = is_console(handle) ? write_console(handle, bytes, len)
					: write_bytes(handle, bytes, len);

	if (status < 0 && reterr_what)
		*reterr_what = win_what(GetLastError());
	return status;
}

/* --- the keyboard --- */

/* Units of UTF-16 take at most three bytes each; a pair that is read in two halves is kept
 * together. */
long win_console_read(HANDLE console, char *out, size_t cap)
{
	static wchar_t kept;
	wchar_t units[1024];
	struct strbuf text;
	DWORD room = cap / 3 > 1024 ? 1024 : (DWORD)(cap / 3), got = 0, before = kept ? 1 : 0;
	long len;

	units[0] = kept;
	kept = 0;
	if (!ReadConsoleW(console, units + before, room - before, &got, NULL))
		return -1;
	if (!got || units[before] == CTRL_Z)
		return 0;
	got += before;
	if ((units[got - 1] & 0xFC00) == 0xD800 && got > 1)
		kept = units[--got];
	strbuf_init(&text);
	utf8_from_utf16(&text, (const uint16_t *)units, got);
	len = text.failed ? -1 : (long)text.len;
	if (len < 0)
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	else
		memcpy(out, strbuf_text(&text), text.len);
	strbuf_release(&text);
	return len;
}
