"""The test's front: a real smbd, a KDC and our session service behind them, in namespaces of their own.

`inside()` starts this program again where network, mounts and processes are its own: all of 127.0.0.0/8 and port 445
are free there, /etc/hosts and /etc/passwd are ours, and whatever happens, the kernel ends every process and drops every
file when the program ends: all that lasts is on a tmpfs that only this namespace sees. Needs root.

    if __name__ == "__main__":
        rig.inside()                      # returns in the namespace
        with rig.Rig() as front:          # smbd and KDC, up until the end
            with front.service(SERVICE, scenario, names):
                ...
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

ROOT = "/mnt"  # the tmpfs
INSIDE = "RDSWEEP_RIG_INSIDE"
PATIENCE_S = 30
SKIPPED = 77

REALM = "CORP.EXAMPLE"
DOMAIN = "CORP"
# uid of the Unix account that smbd wants for each
USERS = {"admin": 61001, "helpdesk": 61002, "locked": 61003, "disabled": 61004, "expired": 61005}
ADMINISTRATOR = "admin"
PASSWORD = "Passw0rd-of-the-rig"
PROGRAMS = ("unshare", "mount", "ip", "smbd", "pdbedit", "krb5kdc", "kdb5_util", "kadmin.local", "kinit", "klist")
PACKAGES = "samba krb5-kdc krb5-admin-server krb5-user gss-ntlmssp iproute2"

SMB_CONF = """[global]
\tserver role = standalone server
\tworkgroup = {domain}
\trealm = {realm}
\tnetbios name = FRONT
\tdisable netbios = yes
\tsmb ports = 445
\tserver signing = mandatory
\tsmb encrypt = desired
\tserver min protocol = SMB2
\tmap to guest = never
\tkerberos method = dedicated keytab
\tdedicated keytab file = FILE:{root}/keytab
\tpassdb backend = tdbsam:{root}/smb/private/passdb.tdb
\trpc start on demand helpers = no
\tload printers = no
\tprinting = bsd
\tprintcap name = /dev/null
\tdisable spoolss = yes
\tprivate dir = {root}/smb/private
\tstate directory = {root}/smb/state
\tcache directory = {root}/smb/cache
\tlock directory = {root}/smb/lock
\tpid directory = {root}/smb/pid
\tncalrpc dir = {root}/smb/ncalrpc
\tlog file = {root}/smb/log
\tmax log size = 0
\tlog level = 1 auth_json_audit:3
"""

KRB5_CONF = """[libdefaults]
\tdefault_realm = {realm}
\tdns_lookup_kdc = false
\tdns_lookup_realm = false
\tdns_canonicalize_hostname = false
\trdns = false
\tclockskew = 5
\tdefault_ccache_name = FILE:{root}/ccache
[realms]
\t{realm} = {{
\t\tkdc = 127.0.0.1
\t}}
[domain_realm]
\t.corp.example = {realm}
"""

KDC_CONF = """[kdcdefaults]
\tkdc_listen = 127.0.0.1:88
\tkdc_tcp_listen = 127.0.0.1:88
[realms]
\t{realm} = {{
\t\tdatabase_name = {root}/kdc/principal
\t\tkey_stash_file = {root}/kdc/stash
\t\tacl_file = {root}/kdc/acl
\t\tdisable_pac = true
\t\tsupported_enctypes = aes256-cts-hmac-sha1-96:normal
\t}}
[logging]
\tkdc = FILE:{root}/kdc/log
"""


def obstacle():
    """Why the rig cannot be here; nothing where it can."""
    if not sys.platform.startswith("linux"):
        return "it needs namespaces of Linux"
    if os.geteuid() != 0:
        return "network and mount namespaces need root"
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing:
        return f"missing: {', '.join(missing)} (Debian: {PACKAGES})"
    probe = subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "tmpfs", ROOT],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if probe.returncode:
        return "no namespaces: " + probe.stdout.decode(errors="replace").strip()
    return None


def skip(why):
    """Ends the program: a test that did not run, and a failure where it has to."""
    if os.environ.get("CI") == "true":
        sys.exit(f"FAILED: cannot be tested here: {why}")
    print(f"SKIPPED: {why}")
    sys.exit(SKIPPED)


def inside():
    """Returns in the namespaces, or ends the program."""
    if os.environ.get(INSIDE):
        return
    why = obstacle()
    if why:
        skip(why)
    os.execvpe("unshare", ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
                           sys.executable, "-B", *sys.argv], {**os.environ, INSIDE: "1"})


def begin(usage):
    """The program and the session service that a test was given, absolute, once it runs inside; the connector only has to
    be there. `usage`: the test's own documentation, whose second paragraph tells of the arguments."""
    if len(sys.argv) < 4:
        sys.exit(usage.split("\n\n")[1])
    program, connector, service = (sys.argv.pop(1) for _ in range(3))
    if not service or not connector:
        skip("not built: " + ("the session service (libkrb5-dev, nettle-dev)" if not service else "rdsweep-tsts (samba-dev)"))
    program, service = (os.path.abspath(one) for one in (program, service))
    sys.argv[1:1] = [program, connector, service]
    inside()
    del sys.argv[1:4]
    return program, service


def wait_for(what, condition, process=None):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if process and process.poll() is not None:
            raise RuntimeError(f"{what}: ended with {process.returncode}")
        if time.monotonic() > end:
            raise RuntimeError(f"{what}: does not happen")
        time.sleep(0.005)


def listens(port):
    """TCP on every address, or on 127.0.0.1."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return any(row[3] == "0A" and row[1] in (f"00000000:{port:04X}", f"0100007F:{port:04X}") for row in rows)


def established(port):
    """Connections of the other side's, to a port of ours."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return sum(row[3] == "01" and row[1].endswith(f":{port:04X}") for row in rows)


def put(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def path(*parts):
    return os.path.join(ROOT, *parts)


class Service:
    """One start of the session service; `calls()` is what was asked of it."""

    def __init__(self, rig, program, scenario, names, state=None, faults=None):
        self.log = path("service.log")
        self.errors = path("service.err")
        self.rig = rig
        for name in (self.log, self.errors):
            if os.path.exists(name):
                os.unlink(name)
        self.addresses = rig.name_hosts(names)
        command = [program, "--np", rig.np, "--scenario", scenario, "--hosts", path("hosts"), "--log", self.log,
                   "--administrator", ADMINISTRATOR]
        if state:
            command += ["--state", state]
        if faults:
            put(path("faults"), faults)
            command += ["--faults", path("faults")]
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                                            env=rig.server_environment(), start_new_session=True)
        if self.process.stdout.readline() != b"ready\n":
            self.process.wait()
            self.stop()

    def calls(self):
        with open(self.log, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def told(self):
        with open(self.errors, encoding="utf-8") as file:
            return file.read()

    def stop(self):
        """Ends it, once. That it had ended by itself must not go unseen."""
        if self.process.stdout.closed:
            return
        code = self.process.poll()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        if code is not None:
            raise RuntimeError(f"the session service ended with {code}: {self.told()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Rig:
    def __init__(self):
        self.np = path("smb", "ncalrpc", "np")
        self.krb5_conf = path("krb5.conf")
        self.processes = []
        self.principals = set()

    # --- start and end

    def __enter__(self):
        try:
            self.make_place()
            self.start_kdc()
            self.kerberos_hosts(["front"])  # smbd wants a keytab, whoever comes
            self.start_smbd()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for process in self.processes:
            # smbd's children are in its session.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()

    def run(self, *command, **more):
        done = subprocess.run(command, stdin=more.pop("stdin", subprocess.DEVNULL), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env=self.server_environment(), check=False, **more)
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stdout.decode(errors='replace')}")
        return done.stdout.decode(errors="replace")

    def start(self, name, command):
        with open(path(name + ".out"), "wb") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                       env=self.server_environment(), start_new_session=True)
        self.processes.append(process)
        return process

    def make_place(self):
        self.run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", ROOT)
        self.run("ip", "link", "set", "lo", "up")
        for name in ("private", "state", "cache", "lock", "pid", "ncalrpc"):
            os.makedirs(path("smb", name), mode=0o755)
        os.mkdir(self.np, 0o700)
        os.mkdir(path("kdc"), 0o700)
        accounts = "".join(f"{name}:x:{uid}:{uid}::/nonexistent:/usr/sbin/nologin\n" for name, uid in USERS.items())
        groups = "".join(f"{name}:x:{uid}:\n" for name, uid in USERS.items())
        self.cover("/etc/passwd", accounts, append=True)
        self.cover("/etc/group", groups, append=True)
        self.cover("/etc/hosts", "127.0.0.1 localhost\n")
        # There is no name server, so nobody may wait for one.
        self.cover("/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files\n")
        put(self.krb5_conf, KRB5_CONF.format(realm=REALM, root=ROOT))
        for name in USERS:
            put(path(name + ".auth"), self.auth_text(name), 0o600)
        put(path("wrong.auth"), self.auth_text(ADMINISTRATOR, "not-" + PASSWORD), 0o600)

    def cover(self, name, text, append=False):
        """Another content for a file of the system, seen by this namespace only."""
        mine = path("etc-" + os.path.basename(name))
        before = ""
        if append:
            with open(name, encoding="utf-8") as file:
                before = file.read()
        put(mine, before + text)
        self.run("mount", "--bind", mine, name)

    @staticmethod
    def auth_text(user, password=PASSWORD):
        return f"username = {user}\npassword = {password}\ndomain = {DOMAIN}\n"

    @staticmethod
    def auth_file(name):
        """For --auth-file: of a user, or `wrong` for a wrong password."""
        return path(name + ".auth")

    def server_environment(self):
        return {**os.environ, "KRB5_CONFIG": self.krb5_conf, "KRB5_KDC_PROFILE": path("kdc.conf"),
                "KRB5_KTNAME": "FILE:" + path("keytab"), "NTLM_USER_FILE": path("ntlm"),
                "KRB5RCACHENAME": "none:", "LC_ALL": "C.UTF-8"}

    @staticmethod
    def client_environment(**more):
        """What a client needs to find the KDC and its ticket, and nothing of the servers'."""
        return {"KRB5_CONFIG": path("krb5.conf"), "KRB5CCNAME": "FILE:" + path("ccache"), **more}

    def start_smbd(self):
        conf = path("smb.conf")
        put(conf, SMB_CONF.format(domain=DOMAIN, realm=REALM, root=ROOT))
        for user in USERS:
            self.run("pdbedit", "-s", conf, "-a", "-t", "-u", user, input=f"{PASSWORD}\n{PASSWORD}\n".encode(), stdin=None)
        self.run("pdbedit", "-s", conf, "-u", "locked", "-c", "[L]")
        self.run("pdbedit", "-s", conf, "-u", "disabled", "-c", "[D]")
        self.run("pdbedit", "-s", conf, "-u", "expired", "-K", "1")
        # The service's own NTLM takes these.
        put(path("ntlm"), "".join(f"{domain}:{user}:{PASSWORD}\n" for user in USERS for domain in (DOMAIN, "FRONT")), 0o600)
        # It signals its process group when it ends.
        self.smbd = self.start("smbd", ["smbd", "-F", "--no-process-group", "-s", conf])
        wait_for("smbd", lambda: listens(445), self.smbd)

    def start_kdc(self):
        put(path("kdc.conf"), KDC_CONF.format(realm=REALM, root=ROOT))
        self.run("kdb5_util", "create", "-s", "-r", REALM, "-P", PASSWORD)
        self.kadmin(*(f"addprinc -pw {PASSWORD} {user}" for user in USERS))
        kdc = self.start("kdc", ["krb5kdc", "-n", "-r", REALM])
        wait_for("krb5kdc", lambda: listens(88), kdc)

    def kadmin(self, *commands):
        told = self.run("kadmin.local", "-r", REALM, input=("\n".join(commands) + "\n").encode(), stdin=None)
        for line in told.splitlines():
            if line.split(":")[0] in ("add_principal", "ktadd", "kadmin.local"):
                if ":" in line and not line.startswith("kadmin.local:  "):
                    raise RuntimeError(line)

    # --- what tests ask for

    def name_hosts(self, names):
        """Gives every host an address of its own."""
        addresses = {name: f"127.1.{i // 250}.{i % 250 + 1}" for i, name in enumerate(names)}
        lines = "".join(f"{address} {name}\n" for name, address in addresses.items())
        put(path("hosts"), lines)
        with open("/etc/hosts", "w", encoding="utf-8") as file:
            file.write("127.0.0.1 localhost\n" + lines)
        return addresses

    def service(self, program, scenario, names, **more):
        return Service(self, program, scenario, names, **more)

    def kerberos_hosts(self, names):
        """Keys for hosts: what they are authenticated by."""
        wanted = [name for name in names if name not in self.principals]
        services = [f"{service}/{name}" for name in wanted for service in ("cifs", "host")]
        if services:
            self.kadmin(*(f"addprinc -randkey {name}" for name in services),
                        *(f"ktadd -k {path('keytab')} {name}" for name in services))
            self.principals.update(wanted)

    def ticket(self, user=ADMINISTRATOR, lifetime="1h", cache=None):
        """A TGT in the default cache, or in `cache`."""
        cache = "FILE:" + (cache or path("ccache"))
        self.run("kinit", "-c", cache, "-l", lifetime, user, input=(PASSWORD + "\n").encode(), stdin=None)
        return cache

    def expired_ticket(self):
        """A ticket whose time is over."""
        cache = self.ticket(lifetime="1s", cache=path("ccache-expired"))
        wait_for("a ticket's end", lambda: subprocess.run(["klist", "-s", "-c", cache], check=False,
                                                          env=self.server_environment()).returncode != 0)
        return cache

    @staticmethod
    def connections():
        """Clients that smbd has."""
        return established(445)

    def logons(self):
        """(user, status) of every logon that smbd decided on, in their order."""
        found = []
        with open(path("smb", "log"), encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.lstrip().startswith('{"timestamp"') and '"Authentication"' in line:
                    entry = json.loads(line)["Authentication"]
                    found.append((entry["clientAccount"], entry["status"]))
        return found
