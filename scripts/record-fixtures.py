"""Records what the kernel answers, for tests that run without it: python3 scripts/record-fixtures.py

Runs itself in a network namespace with the sockets of test/support/lab.py, so that nothing of the
machine's own is recorded. Each buffer of a dump stands behind its length (test/native/replay.cc).
"""
import json
import os
import pathlib
import platform
import socket
import struct
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
NETLINK_SOCK_DIAG, SEQUENCE, DUMP = 4, 1, 0x301  # NLM_F_REQUEST | NLM_F_DUMP
ALL, LISTEN, BOUND = 0xFFF, 1 << 10, 1 << 13


def dump(kind, body):
    """All buffers of the answer to one request."""
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)
    netlink.send(struct.pack("=IHHII", 16 + len(body), kind, DUMP, SEQUENCE, 0) + body)
    recorded = b""
    while True:
        buffer = netlink.recv(32768)
        recorded += struct.pack("<I", len(buffer)) + buffer
        at = 0
        while at < len(buffer):
            length, answer = struct.unpack_from("=IH", buffer, at)
            if answer in (2, 3):  # NLMSG_ERROR, NLMSG_DONE
                return recorded
            at += (length + 3) & ~3


def request(family, protocol, states):  # struct inet_diag_req_v2
    return struct.pack("=BBBBI48x", family, protocol, 0, 0, states)


def legacy(states):  # struct inet_diag_req
    return struct.pack("=BBBB48xII", socket.AF_INET, 0, 0, 0, states, 0)


def record(folder):
    folder.mkdir(parents=True, exist_ok=True)
    bad_filter = struct.pack("=HHI", 8, 1, 0xFFFFFFFF)
    dumps = {
        "tcp.diag": (18, legacy(ALL | BOUND)),
        "listeners.diag": (18, legacy(LISTEN)),
        "udp4.diag": (20, request(socket.AF_INET, socket.IPPROTO_UDP, ALL)),
        "udp6.diag": (20, request(socket.AF_INET6, socket.IPPROTO_UDP, ALL)),
        # A protocol without a module fails at the end of its dump, a bad filter at the start.
        "done-with-error.diag": (20, request(socket.AF_INET, 132, ALL)),
        "error.diag": (20, request(socket.AF_INET, socket.IPPROTO_TCP, ALL) + bad_filter),
    }
    for name, (kind, body) in dumps.items():
        (folder / name).write_bytes(dump(kind, body))
    for name in ("tcp", "tcp6", "udp", "udp6"):
        (folder / name).write_text(pathlib.Path("/proc/net", name).read_text())
    (folder / "NOTE.md").write_text(
        "Recorded by scripts/record-fixtures.py on Linux %s, %s, %s-endian.\n"
        "The sockets are those of test/support/lab.py.\n" % (platform.release(), platform.machine(), sys.byteorder)
    )


def main():
    if "--inside" not in sys.argv:
        inside = [sys.executable, __file__, "--inside"]
        os.execvp("unshare", ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *inside])
    lab = subprocess.Popen([sys.executable, ROOT / "test/support/lab.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    json.loads(lab.stdout.readline())
    time.sleep(1)  # the last handshakes
    release = ".".join(platform.release().split(".")[:2])
    record(ROOT / "test/fixtures" / ("linux-%s-%s" % (release, platform.machine())))
    lab.communicate()


main()
