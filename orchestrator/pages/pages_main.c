/* pages_main.c - prints a page: rdsweep_pages manual|bash|zsh|fish|powershell. */
#include "pages.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*page)(struct strbuf *out);
	} pages[] = {
		{ "manual", page_manual },
		{ "bash", page_bash },
		{ "zsh", page_zsh },
		{ "fish", page_fish },
		{ "powershell", page_powershell },
	};
	struct strbuf out;

	strbuf_init(&out);
	for (size_t i = 0; argc == 2 && i < sizeof(pages) / sizeof(pages[0]); i++)
		if (strcmp(argv[1], pages[i].name) == 0)
			pages[i].page(&out);
	if (!out.len || out.failed) {
		(void)fprintf(stderr, "usage: rdsweep_pages manual|bash|zsh|fish|powershell\n");
		return 2;
	}
	if (fwrite(strbuf_text(&out), 1, out.len, stdout) != out.len || fflush(stdout) != 0)
		return 1;
	strbuf_release(&out);
	return 0;
}
