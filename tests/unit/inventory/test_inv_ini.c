#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "inv_testing.h"

#define VARS "expected address, probe_port, protect or call_timeout"

static const struct inv_row rows[] = {
	/* -- what it means -- */
	{ .name = "ini__plain_list__one_host_a_line",
	  .text = "rdsh001\n  rdsh002.corp.example  \n\n# a comment\n; another\nRDSH003 # spare\n",
	  .expect = "rdsh001\nrdsh002.corp.example\nRDSH003\n" },
	{ .name = "ini__crlf_without_last_newline__same",
	  .text = "a\r\nb\r\n[g]\r\nc",
	  .expect = "a\nb\nc groups=g\n" },
	{ .name = "ini__ranges__as_ansible",
	  .text = "h[08:10].x\nd[1:7:3]\nv[a:b]-[1:2]\n",
	  .expect = "h08.x\nh09.x\nh10.x\nd1\nd4\nd7\nva-1\nva-2\nvb-1\nvb-2\n" },
	{ .name = "ini__variables__are_ours",
	  .text = "a address=10.0.0.1 probe_port=3389 call_timeout=2m protect=CORP\\svc_*,backup\n",
	  .expect = "a address=10.0.0.1 probe_port=3389 call_timeout=120000 "
		    "protect=CORP\\svc_*,backup\n" },
	{ .name = "ini__ansible_host__is_address",
	  .text = "a ansible_host=10.0.0.1 ansible_user=root ansible_port=22\n",
	  .expect = "a address=10.0.0.1\n" },
	{ .name = "ini__host_with_port__port_dropped",
	  .text = "a:22\nb[1:2]:2222\n[fe80::1]:22\n2001:db8::5\n[plain]:22\n[a:b].x:22\n",
	  .expect = "a\nb1\nb2\nfe80::1\n2001:db8::5\nplain\na.x\nb.x\n" },
	{ .name = "ini__quotes__as_in_a_shell",
	  .text = "a protect='CORP\\Jane Doe,x' \"probe_port=1\"\nb protect=\"CORP\\\\jane\"\nc "
		  "protect=CORP\\\\jim\nd "
		  "protect=\"CORP\\jack\" # x\n",
	  .expect = "a probe_port=1 protect=CORP\\Jane Doe,x\nb protect=CORP\\jane\nc "
		    "protect=CORP\\jim\nd "
		    "protect=CORP\\jack\n" },
	{ .name = "ini__groups__members_in_order",
	  .text = "[b]\nh2\nh1\n[a]\nh1\n[up:children]\na # one\n[a:hosts]\nh3\n",
	  .expect = "h2 groups=b\nh1 groups=b,a,up\nh3 groups=a,up\n" },
	{ .name = "ini__group_named_before_its_section__is_fine",
	  .text = "[up:children]\nlow\n[low:vars]\nprobe_port=1\n[low]\nh\n",
	  .expect = "h probe_port=1 groups=up,low\n" },
	{ .name = "ini__group_vars__hash_without_a_blank__is_of_the_value",
	  .text = "h\n[all:vars]\nprotect = 'CORP\\Jane Doe' # a person\nprobe_port=1# no\n",
	  .expect = "in:4:12: probe_port '1# no' is no port, expected 1 to 65535\n" },
	{ .name = "ini__group_vars__text_after_the_quote__refused",
	  .text = "h\n[all:vars]\n protect = \"CORP\\\\jane\",\n",
	  .expect = "in:3:24: expected nothing after the closing quote\n" },
	{ .name = "ini__group_vars__spaces_and_comments",
	  .text = "h\n[all:vars] # x\n probe_port = 1 # why\nprotect=CORP\\a , b\n",
	  .expect = "h probe_port=1 protect=CORP\\a,b\n" },
	{ .name = "ini__names__any_case_is_one_host",
	  .text = "Rdsh1\nRDSH1\n[G]\nrdsh1\n[g]\nb\n",
	  .expect = "Rdsh1 groups=G\nb groups=G\n" },
	{ .name = "ini__unicode_names__fold",
	  .text = "B\xC3\x9CRO\n[g]\nb\xC3\xBCro\n",
	  .expect = "B\xC3\x9CRO groups=g\n" },
	{ .name = "ini__host_again_same_variables__is_fine",
	  .text = "a probe_port=1 protect=x,y\n[g]\na probe_port=1\n[h]\na protect=y,X\n[i]\na\n",
	  .expect = "a probe_port=1 protect=x,y groups=g,h,i\n" },
	{ .name = "ini__host_again_more_variables__add_up",
	  .text = "a[1:2] probe_port=1\na1 call_timeout=1\n",
	  .expect = "a1 probe_port=1 call_timeout=1000\na2 probe_port=1\n" },
	{ .name = "ini__group_priority__noted",
	  .text = "h\n[all:vars]\nansible_group_priority=3\n",
	  .expect = "h\nnote in:3: ansible_group_priority is ignored: of groups at the same depth "
		    "the last in the "
		    "alphabet wins\n" },

	/* -- what is wrong -- */
	{ .name = "ini__unknown_variable__refused",
	  .text = "a probe_port=1 protcet=CORP\\svc\n[all:vars]\n Protect = x\n",
	  .expect = "in:1:16: unknown variable 'protcet', " VARS "\n"
		    "in:3:2: unknown variable 'Protect', " VARS "\n" },
	{ .name = "ini__values__refused_at_their_place",
	  .text = "a probe_port=0 call_timeout=0\nb probe_port=65536\nc probe_port=4x\nd "
		  "call_timeout=soon\n"
		  "e probe_port=\nf address=a/b\ng address=\n",
	  .expect = "in:1:14: probe_port '0' is no port, expected 1 to 65535\n"
		    "in:1:29: call_timeout '0' is no duration above 0, expected one such as 30s or "
		    "2m\n"
		    "in:2:14: probe_port '65536' is no port, expected 1 to 65535\n"
		    "in:3:14: probe_port '4x' is no port, expected 1 to 65535\n"
		    "in:4:16: call_timeout 'soon' is no duration above 0, expected one such as 30s "
		    "or 2m\n"
		    "in:5:14: probe_port '' is no port, expected 1 to 65535\n"
		    "in:6:11: address 'a/b' holds '/', which no name has\n"
		    "in:7:11: address is empty\n" },
	{ .name = "ini__protect__refused_where_it_would_protect_nobody",
	  .text = "a protect=\nb protect=x,,y\nc protect=joe@corp.example\nd protect=a;b\ne "
		  "protect=C\\\n",
	  .expect = "in:1:11: protect pattern '' is empty\n"
		    "in:2:11: protect pattern '' is empty\n"
		    "in:3:11: protect pattern 'joe@corp.example' holds an '@': sessions carry "
		    "NetBIOS domains, write "
		    "DOMAIN\\user\n"
		    "in:4:11: protect pattern 'a;b' holds ';', which no account name has; commas "
		    "separate patterns\n"
		    "in:5:11: protect pattern 'C\\' has no user after the backslash: write "
		    "DOMAIN\\* for every user\n" },
	{ .name = "ini__names__refused",
	  .text = "a*\n\\\\rdsh1\na/b\na,b\n\"\"\n'a "
		  "b'\nx@y\n!a\n~a\na\xE2\x80\x8B\n\xC2\xA0x\n{{x}}\n",
	  .expect = "in:1:1: host name 'a*' holds '*', which no name has\n"
		    "in:2:1: host name '\\rdsh1' holds a backslash: write the name without '\\\\'\n"
		    "in:3:1: host name 'a/b' holds '/', which no name has\n"
		    "in:4:1: host name 'a,b' holds ',', which no name has\n"
		    "in:5:1: host name is empty\n"
		    "in:6:1: host name 'a b' holds whitespace\n"
		    "in:7:1: host name 'x@y' holds '@', which no name has\n"
		    "in:8:1: host name '!a' holds '!', which no name has\n"
		    "in:9:1: host name '~a' holds '~', which no name has\n"
		    "in:10:1: host name 'a\\u{200b}' holds an invisible character\n"
		    "in:11:1: host name '\xC2\xA0x' holds whitespace\n"
		    "in:12:1: host name '{{x}}' holds '{', which no name has\n" },
	{ .name = "ini__control_character__escaped_in_the_message",
	  .text = "a\x1B[2J\n",
	  .expect = "in:1:1: host name 'a\\x1b[2J' holds a control character\n" },
	{ .name = "ini__ports__refused",
	  .text = "a:\nb:0\nc:65536\nd:x\ne:f:g\n",
	  .expect = "in:1:1: 'a:': expected a port from 1 to 65535 after the ':'\n"
		    "in:2:1: 'b:0': expected a port from 1 to 65535 after the ':'\n"
		    "in:3:1: 'c:65536': expected a port from 1 to 65535 after the ':'\n"
		    "in:4:1: 'd:x': expected a port from 1 to 65535 after the ':'\n"
		    "in:5:1: host name 'e:f:g' holds ':', which only IPv6 addresses have\n" },
	{ .name = "ini__ranges__refused_at_their_place",
	  .text = "  h[5:1]\n\xC3\xA4h[01:100]\nh[1:2\nh[1:9999999]\nx]\n",
	  .expect = "in:1:5: 'h[5:1]': the range is empty: its first value is after its last\n"
		    "in:2:7: '\xC3\xA4h[01:100]': the first number has leading zeros, so the last "
		    "needs as many digits\n"
		    "in:3:2: 'h[1:2': '[' without a ']' after it\n"
		    "in:4:2: 'h[1:9999999]': the range gives more than 1000000 names\n"
		    "in:5:2: 'x]': ']' without a '[' before it\n" },
	{ .name = "ini__words_after_a_host__refused",
	  .text = "a b\nc probe_port = 1\nd =1\ne=1\nf probe_port=1#x\ng protect='x\n\"h\n",
	  .expect = "in:1:3: expected key=value after the host, found 'b' (one host a line)\n"
		    "in:2:3: expected key=value after the host, found 'probe_port' (one host a "
		    "line)\n"
		    "in:3:3: expected key=value after the host, found '=1' (one host a line)\n"
		    "in:4:1: expected a host, found 'e=1' (variables of a group go under "
		    "[GROUP:vars])\n"
		    "in:5:15: '#' inside a word: put a space before a comment, or quote the value\n"
		    "in:6:11: the quote ' is never closed\n"
		    "in:7:1: the quote \" is never closed\n" },
	{ .name = "ini__sections__refused_and_later_lines_still_read",
	  .text = "[web\na*\n[we b]\nb*\n[web] c\n[web:var]\nnot read\n[web:children]\nx "
		  "y\nx*\n[]\n[web:vars]\nnothing\n=x\n",
	  .expect = "in:1:1: the section has no ']'\n"
		    "in:2:1: host name 'a*' holds '*', which no name has\n"
		    "in:3:2: group name 'we b' holds whitespace\n"
		    "in:4:1: host name 'b*' holds '*', which no name has\n"
		    "in:5:7: expected nothing after a section\n"
		    "in:6:6: a section cannot be of the kind 'var', expected children or vars\n"
		    "in:9:3: expected one group a line, found 'y'\n"
		    "in:10:1: group name 'x*' holds '*', which no name has\n"
		    "in:11:2: group name is empty\n"
		    "in:13:1: expected key=value, found 'nothing'\n"
		    "in:14:1: expected key=value, found '=x'\n" },
	{ .name = "ini__undefined_groups__refused_where_used",
	  .text = "h\n[up:children]\nnone\n[gone:vars]\nprobe_port=1\n[up:children]\nnone\n",
	  .expect = "in:3:1: the group 'none' is not defined\n"
		    "in:4:2: variables for the group 'gone', which is not defined\n"
		    "in:7:1: the group 'none' is not defined\n" },
	{ .name = "ini__host_again_other_variables__names_the_first_place",
	  .text = "a probe_port=1\n[g]\na probe_port=2\nb protect=x\nb protect=x,y\nc "
		  "address=1.1.1.1 ansible_host=1.1.1.2\n",
	  .expect = "in:3:14: host 'a' has another 'probe_port' here than at in:1:14\n"
		    "in:5:11: host 'b' has another 'protect' here than at in:4:11\n"
		    "in:6:32: 'address' is given twice with different values\n" },
	{ .name = "ini__yaml__one_error",
	  .text = "---\nall:\n  hosts:\n",
	  .expect = "in:1:1: '---' begins a YAML file, expected INI, JSON or CSV\n" },
	{ .name = "ini__long_name__refused_once",
	  .text = "[g]"
		  "\nhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh"
		  "hhhhhhhhhhhhhhhhhhhhhh"
		  "hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh"
		  "hhhhhhhhhhhhhhhhhhhh"
		  "hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh[1:3]\nok\n",
	  .expect = "in:2:1: host name "
		    "'hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh"
		    "hhh...' "
		    "is longer than 253 bytes\n" },
};

int main(void)
{
	return inv_rows_run("inv_ini", rows, sizeof(rows) / sizeof(rows[0]));
}
