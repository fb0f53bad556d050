#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "inv_testing.h"

#define BYTES(bytes) .text = bytes, .len = sizeof(bytes) - 1

static const struct inv_row rows[] = {
	/* -- which format -- */
	{ .name = "format__section_first__ini",
	  .text = "\n [web]\na\n",
	  .expect = "a groups=web\n" },
	{ .name = "format__section_named_like_a_number__ini",
	  .text = "[1]\na\n",
	  .expect = "a groups=1\n" },
	{ .name = "format__bracket_and_object_over_lines__json",
	  .text = "\r\n[\r\n  {\"Name\": \"a\"}]",
	  .expect = "a\n" },
	{ .name = "format__array_of_names__json", .text = "[ \"a\", \"b\" ]", .expect = "a\nb\n" },
	{ .name = "format__commas_in_a_variable__ini",
	  .text = "a protect=x,y\n",
	  .expect = "a protect=x,y\n" },
	{ .name = "format__commas_in_a_comment__ini", .text = "a # b, c\nd\n", .expect = "a\nd\n" },
	{ .name = "format__comment_line_with_commas__ini",
	  .text = "# host, address\na\n",
	  .expect = "a\n" },
	{ .name = "format__header_named_in_a_variable__ini",
	  .text = "name protect=a,server\n",
	  .expect = "name protect=a,server\n" },
	{ .name = "format__spaces_before_the_header__csv",
	  .text = "\n\n host , address\na,1.1.1.1\n",
	  .expect = "a address=1.1.1.1\n" },
	{ .name = "format__host_that_only_begins_like_a_header__ini",
	  .text = "host1\nserver2\n",
	  .expect = "host1\nserver2\n" },
	{ .name = "format__nothing__no_hosts",
	  .text = "\n \n",
	  .expect = "in: the inventory has no hosts\n" },
	{ .name = "format__comments_only__no_hosts",
	  .text = "# nothing yet\n",
	  .expect = "in: the inventory has no hosts\n" },

	/* -- which encoding -- */
	{ .name = "encoding__utf8_bom__stripped",
	  BYTES("\xEF\xBB\xBF"
		"a\nb b\n"),
	  .expect = "in:2:3: expected key=value after the host, found 'b' (one host a line)\n" },
	{ .name = "encoding__utf16le_ini__read",
	  BYTES("\xFF\xFE"
		"a\0\r\0\n\0\xFC\0\r\0\n\0"),
	  .expect = "a\n\xC3\xBC\n" },
	{ .name = "encoding__utf16le_json__read",
	  BYTES("\xFF\xFE"
		"[\0{\0\"\0N\0a\0m\0e\0\"\0:\0\"\0a\0\"\0}\0]\0"),
	  .expect = "a\n" },
	{ .name = "encoding__utf16le_csv__read",
	  BYTES("\xFF\xFE"
		"h\0o\0s\0t\0\r\0\n\0a\0\r\0\n\0"),
	  .expect = "a\n" },
	{ .name = "encoding__latin1__refused_with_its_place",
	  BYTES("a\nb # M\xFCller\n"),
	  .expect = "in:2:6: neither UTF-8 nor UTF-16LE with a BOM\n" },

	/* -- several sources -- */
	{ .name = "sources__formats_mixed__one_inventory",
	  .text = "[g]\na\nb probe_port=1\n",
	  .more = "{\"groups\": {\"G\": {\"hosts\": [\"A\", \"c\"], \"vars\": {\"call_timeout\": "
		  "1}}}}",
	  .expect = "a call_timeout=1000 groups=g\nb probe_port=1 call_timeout=1000 groups=g\nc "
		    "call_timeout=1000 groups=g\n" },
	{ .name = "sources__later_group_variable__wins",
	  .text = "[g]\na\n[g:vars]\nprobe_port=1\nprotect=x\n",
	  .more = "[g:vars]\nprobe_port=2\nprotect=y,X\n",
	  .expect = "a probe_port=2 protect=x,y groups=g\n" },
	{ .name = "sources__host_again_other_value__names_the_other_source",
	  .text = "a probe_port=1\n",
	  .more = "a probe_port=2\n",
	  .expect = "two:1:14: host 'a' has another 'probe_port' here than at in:1:14\n" },
	{ .name = "sources__group_of_another_source__is_defined",
	  .text = "[up:children]\nlow\n",
	  .more = "[low]\na\n",
	  .expect = "a groups=up,low\n" },
	{ .name = "sources__errors__by_source_then_place",
	  .text = "[up:children]\nnone\n[g]\na*\n",
	  .more = "b*\n[x:children]\ny\n",
	  .expect = "in:2:1: the group 'none' is not defined\n"
		    "in:4:1: host name 'a*' holds '*', which no name has\n"
		    "two:1:1: host name 'b*' holds '*', which no name has\n"
		    "two:3:1: the group 'y' is not defined\n" },
	{ .name = "sources__one_empty__is_fine",
	  .text = "# nothing\n",
	  .more = "a\n",
	  .expect = "a\n" },
	{ .name = "sources__name_with_controls__escaped",
	  .source = "x\x1B]0;y",
	  .text = "a*\n",
	  .expect = "x\\x1b]0;y:1:1: host name 'a*' holds '*', which no name has\n" },
};

int main(void)
{
	return inv_rows_run("inv_format", rows, sizeof(rows) / sizeof(rows[0]));
}
