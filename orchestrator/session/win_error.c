#include "win_error.h"

#include <string.h>

#include "nt_status.h"
#include "text.h"

/* Which API a row speaks of, where one code means different things; 0 is every API. */
#define BIT(api) (1u << (api))
#define CONNECTING                                                                                 \
	(BIT(SESSION_API_OPEN_SERVER_EX) | BIT(SESSION_API_OPEN_SERVER) |                          \
	 BIT(SESSION_API_ENUMERATE_SESSIONS_EX) | BIT(SESSION_API_ENUMERATE_SESSIONS))
#define REGISTRY                                                                                   \
	(BIT(SESSION_API_REG_CONNECT_REGISTRY) | BIT(SESSION_API_REG_OPEN_KEY) |                   \
	 BIT(SESSION_API_REG_QUERY_VALUE) | BIT(SESSION_API_REG_SET_VALUE))
#define DISCONNECT BIT(SESSION_API_DISCONNECT_SESSION)
#define LOGOFF	   BIT(SESSION_API_LOGOFF_SESSION)
#define OWN_END	   BIT(SESSION_API_EXIT_WINDOWS)

struct row {
	unsigned apis;
	struct win_error error;
};

/* Remedies that several rows share. */
#define LESS_LOAD                                                                                  \
	"lower --concurrency, or look for what is eating memory on this machine and the host"
#define VERIFY "rdsweep looks whether the session is still there before it asks again"
#define REACH                                                                                      \
	"check that the host is on, that its name resolves and that TCP 445 is open in every "     \
	"firewall on the way"
#define SERVICE                                                                                    \
	"start Remote Desktop Services (TermService) on the host and see that Remote Desktop is "  \
	"enabled there"
#define REMOTE_REGISTRY                                                                            \
	"start the Remote Registry service (RemoteRegistry) on the host and see that it is not "   \
	"disabled; it needs TCP 445 too; without --drain a logoff does not need it"
#define ACCOUNT                                                                                    \
	"mend the account that runs rdsweep before trying again: repeating it across the fleet "   \
	"would lock the account"
#define OUR_MISTAKE "report it as a bug, with the command line and the version"
#define SHADOWING   "nothing to do for a logoff; seen from shadowing calls only"
#define LICENSING   "nothing to do for a logoff; check the RD licensing server if users complain"
#define DRIVERS	    "check the listener's configuration on the host and the System event log there"

#define ROW(code_, name_, kind_, message_, remedy_)                                                \
	ROW_FOR(0, code_, name_, kind_, message_, remedy_)
#define ROW_FOR(apis_, code_, name_, kind_, message_, remedy_)                                     \
	{                                                                                          \
		(apis_),                                                                           \
		{                                                                                  \
			(code_), (name_), (message_), WIN_ERROR_##kind_, (remedy_)                 \
		}                                                                                  \
	}

/* Ascending by code; of one code, rows for some APIs come before the row for all others. Names as
 * in winerror.h and winsock2.h.
 *
 * 1115 (the host is shutting down) is ambiguous rather than gone: the session will end with the
 * host, but this answer proves nothing about it yet, and a shutdown can be called off. */
/* clang-format off */
static const struct row rows[] = {
ROW(0, "ERROR_SUCCESS", AMBIGUOUS,
    "the call failed but left no error code",
    VERIFY ", never taken as done; a stub or a hook in between is a usual cause"),
ROW_FOR(CONNECTING, 2, "ERROR_FILE_NOT_FOUND", PERMANENT,
    "the host answers but offers no session service",
    SERVICE),
ROW_FOR(BIT(SESSION_API_REG_CONNECT_REGISTRY), 2, "ERROR_FILE_NOT_FOUND", PERMANENT,
    "the host answers but does not offer its registry",
    REMOTE_REGISTRY),
ROW_FOR(REGISTRY, 2, "ERROR_FILE_NOT_FOUND", PERMANENT,
    "the registry key of Remote Desktop Services is not there",
    "check that the host is an RD Session Host"),
ROW(2, "ERROR_FILE_NOT_FOUND", GONE,
    "the host knows no session of this id",
    "nothing to do: the session ended by itself or was ended by somebody else"),
ROW_FOR(REGISTRY, 5, "ERROR_ACCESS_DENIED", PERMANENT,
    "no right to read or change drain mode in the host's registry",
    "run as a member of the host's local Administrators; a remote local account also needs LocalAccountTokenFilterPolicy=1"),
ROW_FOR(OWN_END, 5, "ERROR_ACCESS_DENIED", PERMANENT,
    "this process may not end the session it runs in",
    "start rdsweep on the desktop of the session that is to end: a service or a remote shell has none of its own"),
ROW_FOR(LOGOFF, 5, "ERROR_ACCESS_DENIED", PERMANENT,
    "the account has no right to log off sessions of others on the host: 'Reset' is missing",
    "run as a member of the host's local Administrators, or grant 'Reset' on its RDP-Tcp listener; for guests of an RD "
    "Virtualization Host be a member of the Administrators of that host; a remote local account also needs "
    "LocalAccountTokenFilterPolicy=1"),
ROW(5, "ERROR_ACCESS_DENIED", PERMANENT,
    "the account has no right to do this on the host",
    "run as a member of the host's local Administrators, or grant 'Reset' (logoff), 'Query' and 'Message' on its RDP-Tcp listener; "
    "set AllowRemoteRPC=1 under HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server; a remote local account also needs "
    "LocalAccountTokenFilterPolicy=1; from WinRM or SSH use a scheduled task instead (double hop)"),
ROW(6, "ERROR_INVALID_HANDLE", OURS,
    "the connection's handle is closed or was never valid",
    OUR_MISTAKE),
ROW(8, "ERROR_NOT_ENOUGH_MEMORY", TRANSIENT,
    "memory is short, here or on the host",
    LESS_LOAD),
ROW_FOR(REGISTRY, 13, "ERROR_INVALID_DATA", PERMANENT,
    "TSServerDrainMode is not a DWORD of 0, 1 or 2 on the host: its drain mode cannot be told",
    "set the value right on the host (REG_DWORD, 0 takes logons) or delete it, which is the same as 0"),
ROW(13, "ERROR_INVALID_DATA", AMBIGUOUS,
    "data of the call or of its answer make no sense",
    VERIFY "; look for a middlebox, or a host that is damaged"),
ROW(14, "ERROR_OUTOFMEMORY", TRANSIENT,
    "memory is short, here or on the host",
    LESS_LOAD),
ROW(31, "ERROR_GEN_FAILURE", AMBIGUOUS,
    "a general failure on the host",
    VERIFY "; check the host's System event log"),
ROW(50, "ERROR_NOT_SUPPORTED", PERMANENT,
    "the host or this backend does not offer this call",
    "check that the host runs Windows Server 2008 R2 or later; the call cannot be made another way"),
ROW(51, "ERROR_REM_NOT_LIST", PERMANENT,
    "Windows cannot find the network path or the computer is not listening",
    REACH),
ROW_FOR(REGISTRY, 53, "ERROR_BAD_NETPATH", PERMANENT,
    "the host's registry cannot be reached over the network",
    REMOTE_REGISTRY),
ROW(53, "ERROR_BAD_NETPATH", PERMANENT,
    "the host cannot be found on the network or does not speak SMB",
    REACH),
ROW(54, "ERROR_NETWORK_BUSY", TRANSIENT,
    "the network is busy",
    "nothing to do while it passes; else lower --concurrency"),
ROW(55, "ERROR_DEV_NOT_EXIST", AMBIGUOUS,
    "the network resource is no longer there",
    VERIFY "; the host may be restarting"),
ROW(58, "ERROR_BAD_NET_RESP", AMBIGUOUS,
    "the host's answer makes no sense at the network level",
    VERIFY "; look for a middlebox that changes SMB traffic"),
ROW(59, "ERROR_UNEXP_NET_ERR", AMBIGUOUS,
    "the network failed during the call",
    VERIFY),
ROW(64, "ERROR_NETNAME_DELETED", AMBIGUOUS,
    "the host dropped the network connection during the call",
    VERIFY "; the host may be restarting"),
ROW(65, "ERROR_NETWORK_ACCESS_DENIED", PERMANENT,
    "a policy denies access over the network",
    "allow the account 'Access this computer from the network' on the host"),
ROW(67, "ERROR_BAD_NET_NAME", PERMANENT,
    "the host does not offer the IPC$ share",
    "check that it is a Windows host and that its Server service (LanmanServer) runs"),
ROW(71, "ERROR_REQ_NOT_ACCEP", TRANSIENT,
    "the host takes no more network connections at the moment",
    "close other connections to the host; client editions of Windows take 20 at most"),
ROW(86, "ERROR_INVALID_PASSWORD", PERMANENT,
    "the network password is not right",
    ACCOUNT),
ROW(87, "ERROR_INVALID_PARAMETER", OURS,
    "a parameter of the call is not valid",
    "check the host's name in the inventory, else " OUR_MISTAKE),
ROW(109, "ERROR_BROKEN_PIPE", AMBIGUOUS,
    "the host's session service went away during the call",
    VERIFY "; the service may be restarting"),
ROW(112, "ERROR_DISK_FULL", PERMANENT,
    "the disk is full; in a simulation, the file of --sim-state could not be written",
    "make room on the disk, or check the state file's folder and rights"),
ROW(120, "ERROR_CALL_NOT_IMPLEMENTED", PERMANENT,
    "the session library is a stub without this call",
    "run on Windows: Wine's wtsapi32 does not reach other machines"),
ROW(121, "ERROR_SEM_TIMEOUT", AMBIGUOUS,
    "the network connection timed out during the call",
    VERIFY "; " REACH),
ROW(122, "ERROR_INSUFFICIENT_BUFFER", OURS,
    "a buffer for the answer is too small",
    OUR_MISTAKE),
ROW(123, "ERROR_INVALID_NAME", PERMANENT,
    "the host's name is not a valid name",
    "mend the line in the inventory"),
ROW(124, "ERROR_INVALID_LEVEL", OURS,
    "the host does not know the level of information that was asked for",
    OUR_MISTAKE),
ROW(126, "ERROR_MOD_NOT_FOUND", PERMANENT,
    "a system library could not be loaded on this machine",
    "check that wtsapi32.dll is in the system folder of this machine"),
ROW(127, "ERROR_PROC_NOT_FOUND", PERMANENT,
    "the session library of this machine lacks this function",
    "run rdsweep on Windows 7, Windows Server 2008 R2 or later"),
ROW(170, "ERROR_BUSY", TRANSIENT,
    "the host is busy with the session",
    "nothing to do: rdsweep tries again"),
ROW(231, "ERROR_PIPE_BUSY", TRANSIENT,
    "every instance of the host's pipe is in use",
    "look for other tools that query the host all the time; else lower --concurrency"),
ROW(232, "ERROR_NO_DATA", AMBIGUOUS,
    "the host is closing the pipe",
    VERIFY "; the service may be stopping"),
ROW(233, "ERROR_PIPE_NOT_CONNECTED", AMBIGUOUS,
    "the host closed the pipe during the call",
    VERIFY),
ROW(995, "ERROR_OPERATION_ABORTED", AMBIGUOUS,
    "the call was cut off, by this program's end or by the host shutting down",
    VERIFY),
ROW(997, "ERROR_IO_PENDING", AMBIGUOUS,
    "the call left the code of an operation that is still going on",
    VERIFY "; not expected from these calls, most likely a stale code"),
ROW(1053, "ERROR_SERVICE_REQUEST_TIMEOUT", TRANSIENT,
    "a service on the host did not answer in time",
    "wait for the host to finish starting, else restart the service"),
ROW_FOR(REGISTRY, 1058, "ERROR_SERVICE_DISABLED", PERMANENT,
    "the Remote Registry service is disabled on the host",
    REMOTE_REGISTRY),
ROW(1058, "ERROR_SERVICE_DISABLED", PERMANENT,
    "a service that the call needs is disabled on the host",
    SERVICE),
ROW(1060, "ERROR_SERVICE_DOES_NOT_EXIST", PERMANENT,
    "the host does not have the service at all",
    "install the RD Session Host role there, or take the host out of the inventory"),
ROW(1062, "ERROR_SERVICE_NOT_ACTIVE", PERMANENT,
    "the host's session service is not running",
    SERVICE),
ROW(1113, "ERROR_NO_UNICODE_TRANSLATION", OURS,
    "a text is not valid UTF-8",
    "check the inventory's encoding, else " OUR_MISTAKE),
ROW_FOR(OWN_END, 1115, "ERROR_SHUTDOWN_IN_PROGRESS", GONE,
    "this machine is already shutting down; the session ends with it",
    "nothing to do"),
ROW(1115, "ERROR_SHUTDOWN_IN_PROGRESS", AMBIGUOUS,
    "the host is already shutting down; its sessions end with it",
    "look at the host once it is up again: sessions that were not ended by then are named in the report"),
ROW(1130, "ERROR_NOT_ENOUGH_SERVER_MEMORY", TRANSIENT,
    "the host has not enough memory for the request",
    LESS_LOAD),
ROW(1168, "ERROR_NOT_FOUND", GONE,
    "the session was not found on the host",
    "nothing to do: the session ended by itself or was ended by somebody else"),
ROW(1203, "ERROR_NO_NET_OR_BAD_PATH", PERMANENT,
    "no network provider can reach the host under this name",
    REACH),
ROW(1208, "ERROR_EXTENDED_ERROR", AMBIGUOUS,
    "a network provider failed with an error of its own",
    VERIFY "; check the event log of this machine"),
ROW(1210, "ERROR_INVALID_COMPUTERNAME", PERMANENT,
    "the host's name is not a valid computer name",
    "mend the line in the inventory"),
ROW(1219, "ERROR_SESSION_CREDENTIAL_CONFLICT", PERMANENT,
    "this machine already has a connection to the host under another account",
    "remove it with 'net use \\\\HOST\\IPC$ /delete', or name the host differently (short name instead of FQDN)"),
ROW(1222, "ERROR_NO_NETWORK", PERMANENT,
    "this machine has no network",
    "connect this machine to the network and see that its Workstation service runs"),
ROW(1225, "ERROR_CONNECTION_REFUSED", PERMANENT,
    "the host is up but refuses connections",
    "open TCP 445 in the host's firewall and see that its Server service (LanmanServer) runs"),
ROW(1231, "ERROR_NETWORK_UNREACHABLE", TRANSIENT,
    "there is no route to the host's network",
    "check routing and VPN"),
ROW(1232, "ERROR_HOST_UNREACHABLE", TRANSIENT,
    "there is no route to the host",
    "check that the host is on, and routing and VPN"),
ROW(1233, "ERROR_PROTOCOL_UNREACHABLE", PERMANENT,
    "the host does not speak the network protocol that was used",
    "check the host's network settings (IPv4, IPv6)"),
ROW(1234, "ERROR_PORT_UNREACHABLE", PERMANENT,
    "nothing listens on the host's port",
    "open TCP 445 in the host's firewall and see that its Server service (LanmanServer) runs"),
ROW(1235, "ERROR_REQUEST_ABORTED", AMBIGUOUS,
    "the request was aborted",
    VERIFY),
ROW(1236, "ERROR_CONNECTION_ABORTED", AMBIGUOUS,
    "this machine dropped the connection during the call",
    VERIFY),
ROW(1237, "ERROR_RETRY", TRANSIENT,
    "the operation could not be completed and should be tried again",
    "nothing to do: rdsweep tries again"),
ROW(1238, "ERROR_CONNECTION_COUNT_LIMIT", TRANSIENT,
    "the account already has as many connections to the host as it may have",
    "close other connections to the host"),
ROW(1240, "ERROR_LOGIN_WKSTA_RESTRICTION", PERMANENT,
    "the account may not be used from this machine",
    "run rdsweep from a machine the account may log on from, or change the account's list of workstations"),
ROW(1244, "ERROR_NOT_AUTHENTICATED", PERMANENT,
    "the request was not authenticated",
    "run rdsweep under a domain account; check Kerberos and NTLM policies"),
ROW(1256, "ERROR_HOST_DOWN", TRANSIENT,
    "the host is down",
    "start the host, or leave it out with --limit ':!HOST'"),
ROW(1265, "ERROR_DOWNGRADE_DETECTED", PERMANENT,
    "the authentication was refused as a possible downgrade, mostly because no domain controller answers",
    "check that this machine and the host reach a domain controller"),
ROW(1311, "ERROR_NO_LOGON_SERVERS", TRANSIENT,
    "no domain controller is available to check the logon",
    "check that this machine and the host reach a domain controller (DNS, VPN)"),
ROW(1312, "ERROR_NO_SUCH_LOGON_SESSION", PERMANENT,
    "the logon under which rdsweep runs has ended or has no credentials",
    "log on again; from WinRM or SSH use a scheduled task instead (double hop)"),
ROW(1314, "ERROR_PRIVILEGE_NOT_HELD", PERMANENT,
    "a privilege is missing",
    "run elevated; restarting a host needs SeRemoteShutdownPrivilege there"),
ROW(1317, "ERROR_NO_SUCH_USER", PERMANENT,
    "the account does not exist",
    "check the account that runs rdsweep and the host's domain trust"),
ROW(1326, "ERROR_LOGON_FAILURE", PERMANENT,
    "user name or password was refused",
    ACCOUNT),
ROW(1327, "ERROR_ACCOUNT_RESTRICTION", PERMANENT,
    "the account is restricted, for example a blank password, or Protected Users over NTLM",
    "name hosts by their DNS name so that Kerberos is used, or run under another account"),
ROW(1328, "ERROR_INVALID_LOGON_HOURS", PERMANENT,
    "the account may not log on at this hour",
    "change the account's logon hours, or run rdsweep within them"),
ROW(1329, "ERROR_INVALID_WORKSTATION", PERMANENT,
    "the account may not log on from this machine",
    "run rdsweep from a machine the account may log on from, or change the account's list of workstations"),
ROW(1330, "ERROR_PASSWORD_EXPIRED", PERMANENT,
    "the account's password has expired",
    "renew the password, then run again"),
ROW(1331, "ERROR_ACCOUNT_DISABLED", PERMANENT,
    "the account is disabled",
    "enable the account, or run rdsweep under another one"),
ROW(1332, "ERROR_NONE_MAPPED", PERMANENT,
    "a name does not belong to any account",
    "check the account's spelling and domain"),
ROW(1355, "ERROR_NO_SUCH_DOMAIN", TRANSIENT,
    "the domain does not exist or cannot be contacted",
    "check DNS and that a domain controller can be reached"),
ROW(1385, "ERROR_LOGON_TYPE_NOT_GRANTED", PERMANENT,
    "the account may not log on to the host over the network",
    "grant 'Access this computer from the network' on the host and look for a 'Deny access' policy there"),
ROW(1396, "ERROR_WRONG_TARGET_NAME", PERMANENT,
    "the host is not who its name says: Kerberos found another account behind the name",
    "use the host's own DNS name instead of an alias; look for stale DNS records and duplicate SPNs"),
ROW(1398, "ERROR_TIME_SKEW", PERMANENT,
    "the clocks of this machine and the host differ too much",
    "synchronise both clocks: Kerberos allows 5 minutes"),
ROW(1450, "ERROR_NO_SYSTEM_RESOURCES", TRANSIENT,
    "system resources are short, here or on the host",
    LESS_LOAD),
ROW(1460, "ERROR_TIMEOUT", AMBIGUOUS,
    "the call timed out",
    VERIFY),
ROW(1702, "RPC_S_INVALID_BINDING", OURS,
    "the connection's handle is not usable",
    OUR_MISTAKE),
ROW(1703, "RPC_S_PROTSEQ_NOT_SUPPORTED", PERMANENT,
    "RPC over named pipes is disabled",
    "check the RPC policies of this machine and the host"),
ROW(1706, "RPC_S_INVALID_ENDPOINT_FORMAT", OURS,
    "the target of the call is malformed",
    "check the host's name in the inventory, else " OUR_MISTAKE),
ROW(1707, "RPC_S_INVALID_NET_ADDR", PERMANENT,
    "the host's name or address is not valid",
    "mend the line in the inventory: no backslashes, no spaces"),
ROW(1715, "RPC_S_NOT_LISTENING", TRANSIENT,
    "the host's service does not listen yet",
    "wait for the host to finish starting"),
ROW_FOR(REGISTRY, 1717, "RPC_S_UNKNOWN_IF", TRANSIENT,
    "the host does not offer its registry",
    REMOTE_REGISTRY),
ROW(1717, "RPC_S_UNKNOWN_IF", TRANSIENT,
    "the host does not offer the session service's interface",
    SERVICE),
ROW(1721, "RPC_S_OUT_OF_RESOURCES", TRANSIENT,
    "resources for the call are short, here or on the host",
    LESS_LOAD),
ROW_FOR(REGISTRY, 1722, "RPC_S_SERVER_UNAVAILABLE", TRANSIENT,
    "the host's registry cannot be reached: the Remote Registry service does not run, or nothing answers",
    REMOTE_REGISTRY),
ROW(1722, "RPC_S_SERVER_UNAVAILABLE", TRANSIENT,
    "the host's session service cannot be reached",
    REACH "; " SERVICE),
ROW(1723, "RPC_S_SERVER_TOO_BUSY", TRANSIENT,
    "the host's session service is too busy",
    "nothing to do while it passes; else lower --concurrency"),
ROW(1726, "RPC_S_CALL_FAILED", AMBIGUOUS,
    "the connection broke during the call, which may have been carried out",
    VERIFY),
ROW(1727, "RPC_S_CALL_FAILED_DNE", TRANSIENT,
    "the connection broke before the call was carried out",
    "nothing to do: rdsweep tries again"),
ROW(1728, "RPC_S_PROTOCOL_ERROR", PERMANENT,
    "the host's answer breaks the RPC protocol",
    "look for a middlebox that changes RPC traffic, and check that the host runs Windows"),
ROW(1733, "RPC_S_INVALID_TAG", PERMANENT,
    "the host does not offer this property for this session",
    "nothing to do: the report leaves it empty"),
ROW(1745, "RPC_S_PROCNUM_OUT_OF_RANGE", PERMANENT,
    "the host is too old for this call",
    "check that the host runs Windows Server 2008 R2 or later"),
ROW(1747, "RPC_S_UNKNOWN_AUTHN_SERVICE", PERMANENT,
    "the host does not offer the kind of authentication that was used",
    "check Kerberos and NTLM policies on this machine and the host"),
ROW_FOR(REGISTRY, 1753, "EPT_S_NOT_REGISTERED", TRANSIENT,
    "the host's Remote Registry service has not registered its endpoint",
    REMOTE_REGISTRY),
ROW(1753, "EPT_S_NOT_REGISTERED", TRANSIENT,
    "the host's service has not registered its endpoint yet",
    "wait for the host to finish starting"),
ROW(1775, "RPC_X_SS_IN_NULL_CONTEXT", OURS,
    "the call was made without a connection",
    OUR_MISTAKE),
ROW(1783, "RPC_X_BAD_STUB_DATA", OURS,
    "the host refused an argument, for example an empty title or a text that is too long",
    "shorten the text of --notify, else " OUR_MISTAKE),
ROW(1786, "ERROR_NO_TRUST_LSA_SECRET", PERMANENT,
    "the host has lost its trust with the domain",
    "repair the host's secure channel (Test-ComputerSecureChannel -Repair) or join it again"),
ROW(1787, "ERROR_NO_TRUST_SAM_ACCOUNT", PERMANENT,
    "the domain has no computer account for this trust",
    "repair the computer account or join the domain again"),
ROW(1788, "ERROR_TRUSTED_DOMAIN_FAILURE", PERMANENT,
    "the trust between the domains failed",
    "check the trust between the account's domain and the host's domain"),
ROW(1789, "ERROR_TRUSTED_RELATIONSHIP_FAILURE", PERMANENT,
    "the trust between the host and its domain is broken",
    "repair the host's secure channel (Test-ComputerSecureChannel -Repair) or join it again"),
ROW(1791, "RPC_S_CALL_IN_PROGRESS", OURS,
    "a call is already going on on this thread",
    OUR_MISTAKE),
ROW(1792, "ERROR_NETLOGON_NOT_STARTED", TRANSIENT,
    "the Netlogon service is not running",
    "start Netlogon on the host or wait for it to finish starting"),
ROW(1793, "ERROR_ACCOUNT_EXPIRED", PERMANENT,
    "the account has expired",
    "extend the account, or run rdsweep under another one"),
ROW(1816, "ERROR_NOT_ENOUGH_QUOTA", TRANSIENT,
    "a quota is used up, here or on the host",
    LESS_LOAD),
ROW(1818, "RPC_S_CALL_CANCELLED", AMBIGUOUS,
    "the call was cancelled; the host may still carry it out",
    VERIFY),
ROW(1825, "RPC_S_SEC_PKG_ERROR", PERMANENT,
    "Kerberos or NTLM could not agree with the host",
    "check the clocks, the host's SPN and whether NTLM is blocked; name hosts by their DNS name"),
ROW(1907, "ERROR_PASSWORD_MUST_CHANGE", PERMANENT,
    "the account's password must be changed before it can be used",
    "change the password, then run again"),
ROW(1908, "ERROR_DOMAIN_CONTROLLER_NOT_FOUND", TRANSIENT,
    "no domain controller was found for the domain",
    "check DNS and that a domain controller can be reached"),
ROW(1909, "ERROR_ACCOUNT_LOCKED_OUT", PERMANENT,
    "the account is locked out",
    "unlock the account and find out what locked it before running again"),
ROW(1931, "ERROR_CONTEXT_EXPIRED", PERMANENT,
    "the Kerberos ticket has expired",
    "get a new one (kinit); 'rdsweep resume JOURNAL' goes on with the hosts that were not attempted"),
ROW(1935, "ERROR_AUTHENTICATION_FIREWALL_FAILED", PERMANENT,
    "selective authentication keeps the account away from the host",
    "grant the account 'Allowed to authenticate' on the host's computer object"),
ROW(1937, "ERROR_NTLM_BLOCKED", PERMANENT,
    "NTLM is disabled and Kerberos was not used",
    "name hosts by their DNS name so that Kerberos is used; an IP address always means NTLM"),
ROW(2250, "ERROR_NOT_CONNECTED", AMBIGUOUS,
    "the network connection to the host vanished",
    VERIFY),
ROW_FOR(DISCONNECT, 5023, "ERROR_INVALID_STATE", PERMANENT,
    "the session cannot be disconnected in its state, for example because it already is",
    "nothing to do where it already is disconnected"),
ROW(5023, "ERROR_INVALID_STATE", PERMANENT,
    "the session's state does not allow this",
    "look at the session's state with 'rdsweep sessions'"),
ROW(7001, "ERROR_CTX_WINSTATION_NAME_INVALID", OURS,
    "the session's name is not valid",
    OUR_MISTAKE),
ROW(7002, "ERROR_CTX_INVALID_PD", PERMANENT,
    "the host's protocol driver is not valid",
    DRIVERS),
ROW(7003, "ERROR_CTX_PD_NOT_FOUND", PERMANENT,
    "the host does not find its protocol driver",
    DRIVERS),
ROW(7005, "ERROR_CTX_CANNOT_MAKE_EVENTLOG_ENTRY", PERMANENT,
    "the host cannot write to its event log",
    "check the host's event log service and disk space"),
ROW(7007, "ERROR_CTX_CLOSE_PENDING", TRANSIENT,
    "the session is already closing",
    "wait: profiles and logoff scripts take time; a session that stays Down for minutes needs 'reset session' or a restart of the host"),
ROW(7022, "ERROR_CTX_WINSTATION_NOT_FOUND", GONE,
    "the host has no such session",
    "nothing to do: the session ended by itself or was ended by somebody else"),
ROW(7023, "ERROR_CTX_WINSTATION_ALREADY_EXISTS", PERMANENT,
    "a session of that name already exists",
    "not expected from these calls; check the host's System event log"),
ROW(7024, "ERROR_CTX_WINSTATION_BUSY", TRANSIENT,
    "another operation holds the session",
    "nothing to do: rdsweep tries again"),
ROW(7035, "ERROR_CTX_GRAPHICS_INVALID", PERMANENT,
    "the session is in a graphics mode that does not allow this",
    "not expected from these calls; look at the session on the host"),
ROW(7037, "ERROR_CTX_LOGON_DISABLED", PERMANENT,
    "logons to the host are disabled",
    "check drain mode and 'change logon /query' on the host"),
ROW(7038, "ERROR_CTX_NOT_CONSOLE", PERMANENT,
    "this can be done on the console only",
    "run it on the host's console"),
ROW(7040, "ERROR_CTX_CLIENT_QUERY_TIMEOUT", TRANSIENT,
    "the session's client did not answer in time",
    "nothing to do: rdsweep tries again"),
ROW(7041, "ERROR_CTX_CONSOLE_DISCONNECT", PERMANENT,
    "the console session cannot be disconnected",
    "log the console user off instead (--include-console), or leave it"),
ROW(7042, "ERROR_CTX_CONSOLE_CONNECT", PERMANENT,
    "the console refuses the connection",
    "not expected from these calls; look at the host's console"),
ROW(7044, "ERROR_CTX_SHADOW_DENIED", PERMANENT,
    "shadowing the session was denied",
    SHADOWING),
ROW(7045, "ERROR_CTX_WINSTATION_ACCESS_DENIED", PERMANENT,
    "the account has no right on this session",
    "grant 'Reset' (logoff), 'Query' and 'Message' on the host's RDP-Tcp listener, or run as a member of its local Administrators"),
ROW(7049, "ERROR_CTX_INVALID_WD", PERMANENT,
    "the host's terminal driver is not valid",
    DRIVERS),
ROW(7050, "ERROR_CTX_SHADOW_INVALID", PERMANENT,
    "the session cannot be shadowed",
    SHADOWING),
ROW(7051, "ERROR_CTX_SHADOW_DISABLED", PERMANENT,
    "shadowing is disabled on the host",
    SHADOWING),
ROW(7052, "ERROR_CTX_CLIENT_LICENSE_IN_USE", PERMANENT,
    "the client's licence is in use by another one",
    LICENSING),
ROW(7053, "ERROR_CTX_CLIENT_LICENSE_NOT_SET", PERMANENT,
    "the client has no licence",
    LICENSING),
ROW(7054, "ERROR_CTX_LICENSE_NOT_AVAILABLE", PERMANENT,
    "all the host's licences are in use",
    LICENSING),
ROW(7055, "ERROR_CTX_LICENSE_CLIENT_INVALID", PERMANENT,
    "the client's licence is not valid for this host",
    LICENSING),
ROW(7056, "ERROR_CTX_LICENSE_EXPIRED", PERMANENT,
    "the licence has expired",
    LICENSING),
ROW(7057, "ERROR_CTX_SHADOW_NOT_RUNNING", PERMANENT,
    "the session is not being shadowed",
    SHADOWING),
ROW(7058, "ERROR_CTX_SHADOW_ENDED_BY_MODE_CHANGE", PERMANENT,
    "shadowing ended because the graphics mode changed",
    SHADOWING),
ROW(10013, "WSAEACCES", PERMANENT,
    "this machine may not open the connection",
    "look for a firewall or security product on this machine that blocks rdsweep"),
ROW(10024, "WSAEMFILE", TRANSIENT,
    "this machine has no more sockets",
    "lower --concurrency"),
ROW(10048, "WSAEADDRINUSE", TRANSIENT,
    "this machine has no free local port",
    "lower --concurrency, or wait for old connections to time out"),
ROW(10049, "WSAEADDRNOTAVAIL", PERMANENT,
    "the host's address cannot be used from here",
    "check the host's address in the inventory and in DNS"),
ROW(10050, "WSAENETDOWN", TRANSIENT,
    "this machine's network is down",
    "check this machine's network"),
ROW(10051, "WSAENETUNREACH", TRANSIENT,
    "there is no route to the host's network",
    "check routing and VPN"),
ROW(10053, "WSAECONNABORTED", AMBIGUOUS,
    "this machine dropped the connection",
    VERIFY),
ROW(10054, "WSAECONNRESET", AMBIGUOUS,
    "the host or a firewall reset the connection",
    VERIFY "; look for a firewall that resets TCP 445"),
ROW(10055, "WSAENOBUFS", TRANSIENT,
    "this machine has no more buffer space for connections",
    "lower --concurrency"),
ROW(10060, "WSAETIMEDOUT", PERMANENT,
    "the host did not answer the connection in time",
    REACH),
ROW(10061, "WSAECONNREFUSED", PERMANENT,
    "the host is up but refuses the connection",
    "open TCP 445 in the host's firewall and see that its Server service (LanmanServer) runs"),
ROW(10064, "WSAEHOSTDOWN", TRANSIENT,
    "the host is down",
    "start the host, or leave it out with --limit ':!HOST'"),
ROW(10065, "WSAEHOSTUNREACH", PERMANENT,
    "there is no route to the host",
    "check that the host is on, and routing and VPN"),
ROW(11001, "WSAHOST_NOT_FOUND", PERMANENT,
    "the host's name is not known",
    "check the name in the inventory and in DNS, or set its 'address'"),
ROW(11002, "WSATRY_AGAIN", TRANSIENT,
    "the name server did not answer",
    "check that this machine reaches its DNS servers"),
ROW(11003, "WSANO_RECOVERY", PERMANENT,
    "the name server failed",
    "check the DNS servers"),
ROW(11004, "WSANO_DATA", PERMANENT,
    "the host's name has no address",
    "check the host's DNS records, or set its 'address' in the inventory"),
ROW(0x8000401A, "CO_E_RUNAS_LOGON_FAILURE", PERMANENT,
    "a server process could not be started under the identity set for it",
    "check the identity that the component runs under on the host"),
};

#define FINDING(finding_, name_, message_, remedy_)                                                 \
	[SESSION_FINDING_##finding_] = {0, name_, message_, WIN_ERROR_OURS, remedy_}
#define FOUND(finding_, message_, remedy_) FINDING(finding_, #finding_, message_, remedy_)

static const struct win_error findings[SESSION_FINDING_COUNT] = {
FINDING(NONE, "NONE", "no error", ""),
FOUND(CONNECT_TIMEOUT,
    "the host did not answer on its port within --connect-timeout",
    REACH "; where the port is filtered on purpose use --probe none"),
FOUND(CONNECT_REFUSED,
    "the host is up but refuses connections on its port",
    "open TCP 445 in the host's firewall and see that its Server service (LanmanServer) runs, or set 'probe_port'"),
FOUND(CONNECT_FAILED,
    "there is no way to the host",
    "check routing, VPN and the host's address"),
FOUND(NAME_UNKNOWN,
    "the host's name has no address",
    "check the name in the inventory and in DNS, or set its 'address'"),
FOUND(CALL_TIMEOUT,
    "the host did not answer the call within --call-timeout",
    "look at the host: a session service that hangs needs a restart of the host; raise --call-timeout where hosts are slow"),
FOUND(HOST_TIMEOUT,
    "the work on the host took longer than --host-timeout",
    "run again for the sessions that are left, with a higher --host-timeout where hosts are slow"),
FOUND(RUN_TIMEOUT,
    "the run took longer than --run-timeout",
    "finish it with 'rdsweep resume JOURNAL'"),
FOUND(VERIFY_TIMEOUT,
    "the session was still there when --verify-timeout was over",
    "wait for profiles and logoff scripts and look again; a session that stays Down needs 'reset session' or a restart of the host"),
FOUND(IDENTITY_CHANGED,
    "the id belongs to another user or another logon by now, so nothing was asked",
    "run again if that session is meant too"),
FOUND(SHORT_LIST,
    "the host's list has no session of its own services, so that it proves nothing",
    "run as a member of the host's local Administrators, or grant 'Query' on its RDP-Tcp listener; not from WinRM or SSH"),
FOUND(DRAIN_NOT_SET,
    "the host accepted the drain mode, and a look shows that it has another one",
    "look for a policy or a tool that sets TSServerDrainMode on the host, or leave it to 'change logon' there"),
FOUND(DRAIN_NOT_RESTORED,
    "the host was put in drain mode by this run and that was not put back: new logons are still refused",
    "run 'rdsweep resume JOURNAL', or 'rdsweep drain off' with --limit for these hosts"),
};
/* clang-format on */

static const struct win_error unknown = {
	0, "UNKNOWN_ERROR", "a code that rdsweep's table does not hold", WIN_ERROR_AMBIGUOUS,
	"look it up with 'net helpmsg CODE' on Windows; " VERIFY
};

static const char *const class_names[WIN_ERROR_CLASS_COUNT] = {
	[WIN_ERROR_TRANSIENT] = "transient", [WIN_ERROR_AMBIGUOUS] = "ambiguous",
	[WIN_ERROR_PERMANENT] = "permanent", [WIN_ERROR_GONE] = "gone",
	[WIN_ERROR_OURS] = "ours",
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

const char *win_error_class_name(enum win_error_class class_)
{
	return (size_t)class_ < WIN_ERROR_CLASS_COUNT ? class_names[class_] : "unknown";
}

/* A code that came as FACILITY_WIN32 of an HRESULT is the Windows error in its low word; an NTSTATUS
 * has one in its own table. */
static uint32_t plain_code(uint32_t code)
{
	uint32_t known = nt_status_win32(code);

	if (known)
		return known;
	return (code & UINT32_C(0xFFFF0000)) == UINT32_C(0x80070000) ? code & UINT32_C(0xFFFF)
								     : code;
}

/* The first row of `code`, or ROW_COUNT. */
static size_t first_row(uint32_t code)
{
	size_t low = 0;
	size_t high = ROW_COUNT;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (rows[middle].error.code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < ROW_COUNT && rows[low].error.code == code ? low : ROW_COUNT;
}

const struct win_error *win_error_lookup(enum session_api api, uint32_t code)
{
	if (api == SESSION_API_RDSWEEP)
		return code < SESSION_FINDING_COUNT ? &findings[code] : &unknown;
	code = plain_code(code);
	for (size_t i = first_row(code); i < ROW_COUNT && rows[i].error.code == code; i++) {
		if (!rows[i].apis || ((size_t)api < SESSION_API_COUNT && rows[i].apis & BIT(api)))
			return &rows[i].error;
	}
	return &unknown;
}

static void offer(const struct win_error *error, const struct win_error **out, size_t cap,
		  size_t *count)
{
	if (*count < cap)
		out[*count] = error;
	(*count)++;
}

size_t win_error_find(uint32_t code, const struct win_error **out, size_t cap)
{
	size_t count = 0;

	code = plain_code(code);
	for (size_t i = first_row(code); i < ROW_COUNT && rows[i].error.code == code; i++)
		offer(&rows[i].error, out, cap, &count);
	return count;
}

/* Is `asked` this name, or what is left of it without its family's prefix? */
static bool is_name(const char *name, const char *asked)
{
	static const char *const prefixes[] = { "ERROR_", "RPC_S_", "RPC_X_",
						"EPT_S_", "WSA",    "CO_E_" };

	if (text_fold_eq(name, asked))
		return true;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t len = strlen(prefixes[i]);
		if (strncmp(name, prefixes[i], len) == 0 && text_fold_eq(name + len, asked))
			return true;
	}
	return false;
}

size_t win_error_find_name(const char *name, const struct win_error **out, size_t cap)
{
	size_t count = 0;

	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (is_name(rows[i].error.name, name))
			offer(&rows[i].error, out, cap, &count);
	}
	for (size_t i = SESSION_FINDING_NONE + 1; i < SESSION_FINDING_COUNT; i++) {
		if (is_name(findings[i].name, name))
			offer(&findings[i], out, cap, &count);
	}
	return count;
}

bool win_error_is_credential(uint32_t code)
{
	switch (plain_code(code)) {
	case 1326: /* ERROR_LOGON_FAILURE */
	case 1327: /* ERROR_ACCOUNT_RESTRICTION */
	case 1330: /* ERROR_PASSWORD_EXPIRED */
	case 1331: /* ERROR_ACCOUNT_DISABLED */
	case 1907: /* ERROR_PASSWORD_MUST_CHANGE */
	case 1909: /* ERROR_ACCOUNT_LOCKED_OUT */
	case 1931: /* ERROR_CONTEXT_EXPIRED: no lock, but no host will let us in either */
		return true;
	default:
		return false;
	}
}
