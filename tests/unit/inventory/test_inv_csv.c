#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "inv_testing.h"

#define NO_COLUMN                                                                                  \
	"no column names hosts, expected 'host', SessionHost, Server, DNSHostName, ComputerName "  \
	"or Name (in INI: one "                                                                    \
	"host a line)"

static const struct inv_row rows[] = {
	{ .name = "csv__host_and_variables__read",
	  .text = "host,address,probe_port,protect,call_timeout\r\na,10.0.0.1,,\"CORP\\x, "
		  "y\",2m\r\nb[1:2],,3389,,\r\n",
	  .expect = "a address=10.0.0.1 call_timeout=120000 protect=CORP\\x,y\nb1 "
		    "probe_port=3389\nb2 probe_port=3389\n" },
	{ .name = "csv__header_in_any_case__read",
	  .text = "Host, Probe_Port ,ansible_user\na , 1 ,x\n",
	  .expect = "a probe_port=1\n" },
	{ .name = "csv__one_column__read", .text = "host\na\n\nb\n", .expect = "a\nb\n" },
	{ .name = "csv__export_csv__read",
	  .text = "#TYPE "
		  "Selected.Microsoft.ActiveDirectory.Management.ADComputer\r\n\"Name\","
		  "\"DNSHostName\",\"Enabled\"\r\n"
		  "\"RDSH01\",\"rdsh01.corp.example\",\"True\"\r\n\"RDSH02\",\"\",\"True\"\r\n",
	  .expect = "rdsh01.corp.example\nRDSH02\nnote in:1: the #TYPE line is skipped\n" },
	{ .name = "csv__one_quoted_column__read",
	  .text = "\"ComputerName\"\r\n\"a\"\r\n",
	  .expect = "a\n" },
	{ .name = "csv__roles__leave_out",
	  .text = "Server,Roles\na,\"RDS-RD-SERVER, "
		  "RDS-GATEWAY\"\nb,RDS-GATEWAY\nc,{RDS-RD-SERVER}\nd,\n",
	  .expect = "a\nc\n"
		    "note in:3: 'b' is left out: its Roles lack RDS-RD-SERVER\n"
		    "note in:5: 'd' is left out: its Roles lack RDS-RD-SERVER\n" },

	{ .name = "csv__unknown_columns__refused_at_the_header",
	  .text = "host,groups,protcet,,Roles\na,b,c,d,e\n",
	  .expect = "in:1:6: unknown column 'groups' beside 'host', expected address, probe_port, "
		    "protect or call_timeout\n"
		    "in:1:13: unknown column 'protcet' beside 'host', expected address, "
		    "probe_port, protect or "
		    "call_timeout\n"
		    "in:1:21: unknown column '' beside 'host', expected address, probe_port, "
		    "protect or call_timeout\n"
		    "in:1:22: unknown column 'Roles' beside 'host', expected address, probe_port, "
		    "protect or "
		    "call_timeout\n" },
	{ .name = "csv__column_twice__refused",
	  .text = "host,address,Host,ansible_host\na,1.1.1.1,b,1.1.1.1\n",
	  .expect = "in:1:14: column 'Host' is there twice\nin:1:19: column 'ansible_host' is "
		    "there twice\n" },
	{ .name = "csv__no_column_of_names__refused",
	  .text = "a,b\nc,d\n",
	  .expect = "in:1:1: " NO_COLUMN "\n" },
	{ .name = "csv__semicolons__refused",
	  .text = "\"host\";\"address\"\na;1.1.1.1\n",
	  .expect = "in:1:1: the columns are delimited by ';', expected ','\n" },
	{ .name = "csv__semicolons_without_quotes__refused",
	  .text = "host;address\na;1.1.1.1\n",
	  .expect = "in:1:1: the columns are delimited by ';', expected ','\n" },
	{ .name = "csv__tabs__refused",
	  .text = "Name\tDNSHostName\na\tb\n",
	  .expect = "in:1:1: the columns are delimited by tabs, expected ','\n" },
	{ .name = "csv__cells__refused_at_their_place",
	  .text = "host,probe_port\na,0\nb c,1\n,2\nd\ne,1,2\n\"f\ng\",3\n",
	  .expect = "in:2:3: probe_port '0' is no port, expected 1 to 65535\n"
		    "in:3:1: host name 'b c' holds whitespace\n"
		    "in:4:1: host name is empty\n"
		    "in:5:1: the header has 2 columns, this row has 1\n"
		    "in:6:1: the header has 2 columns, this row has 3\n"
		    "in:7:1: host name 'f\\x0ag' holds whitespace\n" },
	{ .name = "csv__places_after_a_type_line__count_it",
	  .text = "\n#TYPE x\nName,Y\n\"a\",b\n\"\",b\n\"x\"y,c\n",
	  .expect = "in:5:1: an entry without a name, expected SessionHost, Server, DNSHostName, "
		    "ComputerName or Name\n"
		    "in:6:4: expected ',' or the end of the line after a closing quote\n"
		    "note in:2: the #TYPE line is skipped\n" },
	{ .name = "csv__roles_as_a_type_name__refused",
	  .text = "Server,Roles\na,System.Object[]\n",
	  .expect = "in:2:3: Roles holds 'System.Object[]' instead of the roles: use "
		    "ConvertTo-Json, or leave the column "
		    "out\n" },
	{ .name = "csv__header_only__no_hosts",
	  .text = "host,address\n",
	  .expect = "in: the inventory has no hosts\n" },
	{ .name = "csv__host_again_other_value__refused",
	  .text = "host,address\na,1.1.1.1\nA,1.1.1.2\n",
	  .expect = "in:3:3: host 'a' has another 'address' here than at in:2:3\n" },
};

int main(void)
{
	return inv_rows_run("inv_csv", rows, sizeof(rows) / sizeof(rows[0]));
}
