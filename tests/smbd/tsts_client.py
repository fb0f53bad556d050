"""A small client of [MS-TSTS] on impacket: neither Samba's code nor ours, so that it can tell who of the two is wrong.

It knows raw stubs only; each method returns what the answer holds, taken apart with no mercy. NTLM only: impacket's
Kerberos for RPC frames its first token in a way that MIT's GSSAPI refuses. That half is Samba's to prove.
"""

import struct

from impacket.dcerpc.v5 import rpcrt, transport
from impacket.uuid import uuidtup_to_bin

import rig

ENUMERATION = ("88143fd0-c28d-4b2b-8fef-8d882f6a9390", "1.0")
SESSION = ("484809d6-4239-471b-b5bc-61df8c23ac48", "1.0")
SRVSVC = ("4b324fc8-1670-01d3-1278-5a47bf6ee188", "3.0")
ROW = struct.Struct("<IIii66s2x")
INFORMATION = struct.Struct("<IIii66s36s42s4q2I")
NO_HANDLE = bytes(20)


def text(field):
    return field.decode("utf-16-le").split("\0")[0]


def wide(value):
    units = (value + "\0").encode("utf-16-le")
    count = len(units) // 2
    return struct.pack("<III", count, 0, count) + units + bytes(-len(units) % 4)


class Failed(Exception):
    """A call that ended with a failing HRESULT."""

    def __init__(self, hresult):
        super().__init__(f"0x{hresult:08x}")
        self.hresult = hresult


class Pipe:
    """One pipe, bound to one interface and sealed."""

    def __init__(self, host, interface, user=rig.ADMINISTRATOR, password=rig.PASSWORD, pipe="LSM_API_service",
                 level=rpcrt.RPC_C_AUTHN_LEVEL_PKT_PRIVACY):
        self.transport = transport.SMBTransport(host, 445, "\\" + pipe, user, password, rig.DOMAIN)
        self.rpc = self.transport.get_dce_rpc()
        self.rpc.set_auth_type(rpcrt.RPC_C_AUTHN_WINNT)
        self.rpc.set_auth_level(level)
        self.rpc.connect()
        self.rpc.bind(uuidtup_to_bin(interface))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.rpc.disconnect()

    def ask(self, opnum, stub=b""):
        self.rpc.call(opnum, stub)
        return self.rpc.recv()

    def call(self, opnum, stub=b""):
        """The answer's stub without its HRESULT, which has to be a success."""
        answer = self.ask(opnum, stub)
        hresult, = struct.unpack("<I", answer[-4:])
        if hresult & 0x80000000:
            raise Failed(hresult)
        return answer[:-4]


class Enumeration(Pipe):
    def __init__(self, host, **more):
        super().__init__(host, ENUMERATION, **more)

    def open(self):
        handle = self.call(0)
        assert len(handle) == 20 and handle != NO_HANDLE, handle
        return handle

    def close_handle(self, handle):
        assert self.call(1, handle) == NO_HANDLE

    def result(self, handle):
        """(id, state, station) of each session."""
        answer = self.call(5, handle + struct.pack("<I", 1))
        referent, = struct.unpack_from("<I", answer)
        count, = struct.unpack_from("<I", answer, 4)
        assert referent and len(answer) == 8 + count * ROW.size + 4, (referent, count, len(answer))
        assert answer[-4:] == struct.pack("<I", count)
        rows = []
        for level, switch, id_, state, name in ROW.iter_unpack(answer[8:-4]):
            assert (level, switch) == (1, 1)
            rows.append((id_, state, text(name)))
        return rows

    def sessions(self):
        handle = self.open()
        rows = self.result(handle)
        self.close_handle(handle)
        return rows


class Session(Pipe):
    def __init__(self, host, **more):
        super().__init__(host, SESSION, **more)

    def open(self, id_):
        handle = self.call(0, struct.pack("<i", id_))
        assert len(handle) == 20 and handle != NO_HANDLE, handle
        return handle

    def close_handle(self, handle):
        assert self.call(1, handle) == NO_HANDLE

    def disconnect(self, handle):
        assert self.call(3, handle) == b""

    def logoff(self, handle):
        assert self.call(4, handle) == b""

    def message(self, handle, title, message, timeout_s):
        answer = self.call(9, handle + wide(title) + wide(message) + struct.pack("<III", 0, timeout_s, 1))
        return struct.unpack("<I", answer)[0]

    def information(self, id_):
        answer = self.call(17, struct.pack("<iI", id_, 1))
        level, switch, state, flags, station, domain, user, *times, size, referent = INFORMATION.unpack(answer)
        assert (level, switch, flags, size, referent) == (1, 1, 0, 0, 0)
        return {"state": state, "station": text(station), "domain": text(domain), "user": text(user),
                "connect": times[0], "disconnect": times[1], "logon": times[2], "input": times[3]}

