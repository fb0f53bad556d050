#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "inv_testing.h"

#define NAMES "SessionHost, Server, DNSHostName, ComputerName or Name"

static const struct inv_row rows[] = {
	/* -- our own shape -- */
	{ .name = "json__hosts_and_groups__read",
	  .text = "{\"hosts\": {\"a\": {\"address\": \"10.0.0.1\", \"probe_port\": 3389, "
		  "\"call_timeout\": 90}, \"b\": {}},\n"
		  " \"groups\": {\"g\": {\"hosts\": [\"a\", \"c[1:2]\"], \"vars\": {\"protect\": "
		  "[\"CORP\\\\svc\", \"x\"]}},\n"
		  "  \"up\": {\"children\": [\"g\"], \"vars\": {\"call_timeout\": \"5s\", "
		  "\"ansible_x\": [1]}}}}",
	  .expect = "a address=10.0.0.1 probe_port=3389 call_timeout=90000 protect=CORP\\svc,x "
		    "groups=g,up\n"
		    "b\n"
		    "c1 call_timeout=5000 protect=CORP\\svc,x groups=g,up\n"
		    "c2 call_timeout=5000 protect=CORP\\svc,x groups=g,up\n" },
	{ .name = "json__lenient_shapes__read",
	  .text = "{\"groups\": {\"g\": {\"hosts\": {\"a\": {\"probe_port\": \"1\"}, \"b\": "
		  "null}}}, \"hosts\": [\"c:22\"]}",
	  .expect = "a probe_port=1 groups=g\nb groups=g\nc\n" },
	{ .name = "json__protect_as_text__split_at_commas",
	  .text = "{\"hosts\": {\"a\": {\"protect\": \"x, y\"}, \"b\": {\"protect\": []}}}",
	  .expect = "a protect=x,y\nb\n" },
	{ .name = "json__all__applies_to_all",
	  .text = "{\"hosts\": {\"a\": {}}, \"groups\": {\"ALL\": {\"vars\": {\"probe_port\": 5}}, "
		  "\"ungrouped\": {\"vars\": "
		  "{\"call_timeout\": 1}}, \"g\": {\"hosts\": [\"b\"]}}}",
	  .expect = "a probe_port=5 call_timeout=1000\nb probe_port=5 groups=g\n" },

	/* -- what is wrong in it -- */
	{ .name = "json__wrong_types__refused_all_in_one_go",
	  .text = "{\"hosts\": {\"a\": 1, \"b\": {\"probe_port\": true, \"address\": {\"x\": "
		  "[1]}}},\n"
		  " \"more\": {},\n"
		  " \"groups\": {\"g\": {\"hosts\": 1, \"children\": {}, \"vars\": [2], "
		  "\"colour\": 1},\n"
		  "  \"h\": [], \"i\": {\"hosts\": [1, \"x\"], \"children\": [null]},\n"
		  "  \"j\": {\"vars\": {\"protect\": [1, \"a@b\"], \"protcet\": 1}}, \"a*\": "
		  "{\"hosts\": [\"b*\"]}}}",
	  .expect = "in:1:17: variables of a host: expected an object, found a number\n"
		    "in:1:40: probe_port: expected a string or a number, found true\n"
		    "in:1:57: address: expected a string or a number, found an object\n"
		    "in:2:2: unknown key 'more', expected hosts or groups\n"
		    "in:3:28: hosts: expected an array or an object, found a number\n"
		    "in:3:43: children: expected an array, found an object\n"
		    "in:3:55: vars: expected an object, found an array\n"
		    "in:3:60: unknown key 'colour' in a group, expected hosts, children or vars\n"
		    "in:4:8: a group: expected an object, found an array\n"
		    "in:4:28: hosts: expected the name of a host, found a number\n"
		    "in:4:50: children: expected the name of a group, found null\n"
		    "in:5:30: protect: expected a string, found a number\n"
		    "in:5:33: protect pattern 'a@b' holds an '@': sessions carry NetBIOS domains, "
		    "write DOMAIN\\user\n"
		    "in:5:41: unknown variable 'protcet', expected address, probe_port, protect or "
		    "call_timeout\n"
		    "in:5:57: group name 'a*' holds '*', which no name has\n"
		    "in:5:74: host name 'b*' holds '*', which no name has\n" },
	{ .name = "json__values__refused_at_their_place",
	  .text = "{\"hosts\": {\"a\": {\"probe_port\": 70000, \"call_timeout\": -1}, \"b\": "
		  "{\"probe_port\": 4.5}}}",
	  .expect = "in:1:32: probe_port '70000' is no port, expected 1 to 65535\n"
		    "in:1:55: call_timeout '-1' is no duration above 0, expected one such as 30s "
		    "or 2m\n"
		    "in:1:80: probe_port '4.5' is no port, expected 1 to 65535\n" },
	{ .name = "json__range_wrong__refused_inside_the_name",
	  .text = "{\"hosts\": [\"h[2:1]\"]}",
	  .expect = "in:1:14: 'h[2:1]': the range is empty: its first value is after its last\n" },
	{ .name = "json__syntax__ends_the_source",
	  .text = "{\"hosts\": {\"a*\": {},\n \"b\" {}}}",
	  .expect = "in:1:12: host name 'a*' holds '*', which no name has\n"
		    "in:2:6: expected ':' after a key, found '{'\n" },
	{ .name = "json__undefined_child__refused",
	  .text = "{\"hosts\": [\"a\"], \"groups\": {\"g\": {\"children\": [\"x\"]}}}",
	  .expect = "in:1:48: the group 'x' is not defined\n" },
	{ .name = "json__none_of_the_shapes__refused",
	  .text = "{\"_meta\": {}, \"all\": {\"children\": []}}",
	  .expect = "in:1:1: expected the keys hosts and groups, or objects with " NAMES "\n" },
	{ .name = "json__same_host_in_another_case__other_value_refused",
	  .text = "{\"hosts\": {\"a\": {\"probe_port\": 1}, \"A\": {\"probe_port\": 2}}}",
	  .expect = "in:1:56: host 'a' has another 'probe_port' here than at in:1:32\n" },

	/* -- PowerShell -- */
	{ .name = "json__get_rdserver__session_hosts_only",
	  .text = "[\r\n    {\r\n        \"Server\":  \"RDSH01.CORP.EXAMPLE\",\r\n        "
		  "\"Roles\":  [\r\n                      "
		  "\"RDS-RD-SERVER\"\r\n                  ]\r\n    },\r\n    {\r\n        "
		  "\"Server\":  "
		  "\"RDCB01.CORP.EXAMPLE\",\r\n        \"Roles\":  [\r\n                      "
		  "\"RDS-CONNECTION-BROKER\",\r\n                      \"RDS-WEB-ACCESS\"\r\n      "
		  "            ]\r\n    "
		  "},\r\n    {\r\n        \"Server\": \"rdsh02\", \"Roles\": \"rds-rd-server\"\r\n "
		  "   }\r\n]\r\n",
	  .expect =
		  "RDSH01.CORP.EXAMPLE\nrdsh02\n"
		  "note in:8: 'RDCB01.CORP.EXAMPLE' is left out: its Roles lack RDS-RD-SERVER\n" },
	{ .name = "json__roles_wrapped_by_powershell_5__looked_into",
	  .text = "[{\"Server\": \"a\", \"Roles\": {\"value\": [\"RDS-GATEWAY\", "
		  "\"RDS-RD-SERVER\"], \"Count\": 2}},"
		  "{\"Server\": \"b\", \"Roles\": null}]",
	  .expect = "a\nnote in:1: 'b' is left out: its Roles lack RDS-RD-SERVER\n" },
	{ .name = "json__one_object__is_a_list_of_one",
	  .text = "{\"CollectionName\": \"Desktops\", \"SessionHost\": \"rdsh01\", "
		  "\"NewConnectionAllowed\": 0, \"Server\": {}}",
	  .expect = "rdsh01\n" },
	{ .name = "json__adcomputer__first_name_that_is_not_empty",
	  .text = "[{\"Name\": \"A\", \"DNSHostName\": \"a.corp.example\", \"ObjectClass\": [1, "
		  "{\"x\": null}]},\n"
		  " {\"name\": \"B\", \"DNSHostName\": null}, {\"Name\": \"C\", \"DNSHostName\": "
		  "\"\"}, \"d\"]",
	  .expect = "a.corp.example\nB\nC\nd\n" },
	{ .name = "json__entries__refused",
	  .text = "[{\"Enabled\": true}, 5,\n {\"Name\": \"\"}, {\"Name\": \"a b\"}]",
	  .expect = "in:1:2: an entry without a name, expected " NAMES "\n"
		    "in:1:21: an entry: expected an object, found a number\n"
		    "in:2:2: an entry without a name, expected " NAMES "\n"
		    "in:2:25: host name 'a b' holds whitespace\n" },
	{ .name = "json__empty_array__no_hosts",
	  .text = " [ ] ",
	  .expect = "in: the inventory has no hosts\n" },
	{ .name = "json__more_after_the_end__refused",
	  .text = "[\"a\"] [\"b\"]",
	  .expect = "in:1:7: text after the end of the document\n" },
	{ .name = "json__broken_before_a_known_key__one_error",
	  .text = "{\"Enabled\": tru}",
	  .expect = "in:1:13: expected a value, found 't'\n" },
};

int main(void)
{
	return inv_rows_run("inv_json", rows, sizeof(rows) / sizeof(rows[0]));
}
