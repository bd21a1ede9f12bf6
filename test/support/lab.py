"""Makes a TCP socket of every state, for IPv4 and IPv6, and holds them until stdin closes.

Runs in the network namespace under observation and makes a second one, joined by a veth pair, for
peers that behave badly. A peer is unplugged in one direction by a neighbour entry that leads nowhere.
Prints one line of JSON: the sockets that there should be.
"""
import ctypes
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
NOWHERE = "02:00:00:00:de:ad"
ADDRESS = {socket.AF_INET: "10.77.0.%s", socket.AF_INET6: "fd77::%s"}
LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
# Peers by the last part of their address.
SILENT, HALF_OPEN, FIN_WAIT, LAST_ACK, CLOSING = "99", "98", "3", "4", "5"
PEERS = [HALF_OPEN, FIN_WAIT, LAST_ACK, CLOSING]


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def unplug(family, peer):
    ip("neigh", "replace", ADDRESS[family] % peer, "lladdr", NOWHERE, "nud", "permanent", "dev", "lab0")


def await_state(connection, state):
    """Waits until the kernel says that a socket of ours is in a state (its own number)."""
    for _ in range(1000):
        if connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == state:
            return
        time.sleep(0.01)
    raise TimeoutError("state %d did not come" % state)


def serve_peer(control):
    """The second namespace: accepts at all its addresses and does what it is told of them."""
    ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET)
    control.sendall(b"ready\n")
    commands = control.makefile("r")
    commands.readline()  # the link is there now
    listener = socket.socket(socket.AF_INET6)
    listener.bind(("::", 7777))
    listener.listen(64)
    held = {}
    control.sendall(b"listening\n")
    for line in commands:
        word, family, peer, port = line.split()
        address = ADDRESS[int(family)] % peer
        if word == "accept":
            connection, _ = listener.accept()
            held[address] = connection
        elif word == "shutdown":
            held[address].shutdown(socket.SHUT_WR)
        elif word == "connect":
            half_open = socket.socket(int(family))
            half_open.setblocking(False)
            half_open.bind((address, 0))
            half_open.connect_ex((ADDRESS[int(family)] % "1", int(port)))
            held[address] = half_open
        control.sendall(b"done\n")


class Peer:
    def __init__(self):
        self.control, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            self.control.close()
            try:
                serve_peer(theirs)
            finally:
                os._exit(0)
        theirs.close()
        self.answers = self.control.makefile("r")
        self.answers.readline()
        ip("link", "add", "lab0", "type", "veth", "peer", "name", "lab1", "netns", str(self.pid))
        inside = ["nsenter", "-t", str(self.pid), "-n", "ip"]
        for prefix, device, parts in ([["ip"], "lab0", ["1"]], [inside, "lab1", PEERS]):
            for part in parts:
                subprocess.run([*prefix, "addr", "add", ADDRESS[socket.AF_INET] % part + "/24", "dev", device], check=True)
                subprocess.run([*prefix, "addr", "add", ADDRESS[socket.AF_INET6] % part + "/64", "dev", device, "nodad"], check=True)
            subprocess.run([*prefix, "link", "set", device, "up"], check=True)
        self.control.sendall(b"go\n")
        self.answers.readline()

    def tell(self, word, family, peer, port=0):
        self.control.sendall(("%s %d %s %d\n" % (word, family, peer, port)).encode())
        self.answers.readline()


expected = []
keep = []


def expect(state, connection, owned=True):
    local, remote = connection.getsockname(), ("", 0)
    if state not in ("LISTEN", "BOUND"):
        remote = connection.getpeername()
    note(state, connection.family, local, remote, owned)


def note(state, family, local, remote, owned):
    expected.append({
        "state": state, "family": "IPv4" if family == socket.AF_INET else "IPv6",
        "local": [local[0], local[1]], "remote": [remote[0], remote[1]], "owned": owned,
    })


def pair(family):
    listener = socket.socket(family)
    listener.bind((LOOPBACK[family], 0))
    listener.listen(8)
    client = socket.socket(family)
    client.connect(listener.getsockname())
    server, _ = listener.accept()
    listener.close()
    return client, server


def make_loopback_states(family):
    listener = socket.socket(family)
    listener.bind((LOOPBACK[family], 0))
    listener.listen(7)
    expect("LISTEN", listener)
    bound = socket.socket(family)
    bound.bind((LOOPBACK[family], 0))
    expect("BOUND", bound)

    client, server = pair(family)
    server.sendall(b"12345")  # stays in the client's receive queue
    expect("ESTABLISHED", client)
    expect("ESTABLISHED", server)

    finished, waiting = pair(family)
    finished.shutdown(socket.SHUT_WR)
    expect("FIN_WAIT_2", finished)
    expect("CLOSE_WAIT", waiting)

    orphan, left = pair(family)
    note("FIN_WAIT_2", family, orphan.getsockname(), orphan.getpeername(), False)
    expect("CLOSE_WAIT", left)
    orphan.close()

    first, second = pair(family)
    note("TIME_WAIT", family, first.getsockname(), first.getpeername(), False)
    first.close()
    await_state(second, 8)
    second.close()

    queue = socket.socket(family)
    queue.bind((LOOPBACK[family], 0))
    queue.listen(3)
    hasty = socket.socket(family)
    hasty.connect(queue.getsockname())
    expect("LISTEN", queue)
    expect("ESTABLISHED", hasty)
    note("ESTABLISHED", family, hasty.getpeername(), hasty.getsockname(), False)
    keep.extend([listener, bound, client, server, finished, waiting, left, queue, hasty])


def connect_to(family, peer, remote):
    connection = socket.socket(family)
    connection.bind((ADDRESS[family] % "1", 0))
    connection.connect((ADDRESS[family] % remote, 7777))
    peer.tell("accept", family, remote)
    keep.append(connection)
    return connection


def make_unplugged_states(family, peer):
    unplug(family, SILENT)
    silent = socket.socket(family)
    silent.setblocking(False)
    silent.bind((ADDRESS[family] % "1", 0))
    silent.connect_ex((ADDRESS[family] % SILENT, 9))
    note("SYN_SENT", family, silent.getsockname(), (ADDRESS[family] % SILENT, 9), True)
    keep.append(silent)

    unplug(family, HALF_OPEN)
    listener = socket.socket(family)
    listener.bind((ADDRESS[family] % "1", 0))
    listener.listen(8)
    expect("LISTEN", listener)
    keep.append(listener)
    peer.tell("connect", family, HALF_OPEN, listener.getsockname()[1])
    note("SYN_RECEIVED", family, listener.getsockname(), (ADDRESS[family] % HALF_OPEN, 0), False)

    finishing = connect_to(family, peer, FIN_WAIT)
    unplug(family, FIN_WAIT)
    finishing.shutdown(socket.SHUT_WR)
    expect("FIN_WAIT_1", finishing)

    last = connect_to(family, peer, LAST_ACK)
    peer.tell("shutdown", family, LAST_ACK)
    await_state(last, 8)
    unplug(family, LAST_ACK)
    note("LAST_ACK", family, last.getsockname(), last.getpeername(), False)
    last.close()

    closing = connect_to(family, peer, CLOSING)
    unplug(family, CLOSING)
    closing.shutdown(socket.SHUT_WR)
    peer.tell("shutdown", family, CLOSING)
    await_state(closing, 11)
    expect("CLOSING", closing)


def make_udp():
    for family in (socket.AF_INET, socket.AF_INET6):
        unconnected = socket.socket(family, socket.SOCK_DGRAM)
        unconnected.bind((LOOPBACK[family], 0))
        unconnected.sendto(b"unread", unconnected.getsockname())
        connected = socket.socket(family, socket.SOCK_DGRAM)
        connected.connect(unconnected.getsockname())
        note(None, family, unconnected.getsockname(), ("", 0), True)
        note(None, family, connected.getsockname(), connected.getpeername(), True)
        keep.extend([unconnected, connected])


def make_special():
    """Dual-stack and IPv6-only listeners, a mapped address, a group, a link-local one, a bound device."""
    for only in (0, 1):
        wildcard = socket.socket(socket.AF_INET6)
        wildcard.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
        wildcard.bind(("::", 0))
        wildcard.listen(11)
        expect("LISTEN", wildcard)
        keep.append(wildcard)
        if not only:
            client = socket.create_connection(("127.0.0.1", wildcard.getsockname()[1]))
            server, _ = wildcard.accept()
            expect("ESTABLISHED", server)
            expect("ESTABLISHED", client)
            keep.extend([client, server])
    port = 0
    for _ in range(3):
        member = socket.socket()
        member.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        member.bind(("127.0.0.1", port))
        member.listen(1)
        port = member.getsockname()[1]
        expect("LISTEN", member)
        keep.append(member)
    for family in (socket.AF_INET, socket.AF_INET6):
        on_device = socket.socket(family)
        on_device.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lab0\0")
        on_device.bind((ADDRESS[family] % "1", 0))
        on_device.listen(2)
        expect("LISTEN", on_device)
        keep.append(on_device)
    link_local = socket.socket(socket.AF_INET6)
    address = subprocess.run(
        ["ip", "-6", "-o", "addr", "show", "dev", "lab0", "scope", "link"], capture_output=True, text=True, check=True
    ).stdout.split()[3].split("/")[0]
    link_local.bind((address, 0, 0, socket.if_nametoindex("lab0")))
    link_local.listen(2)
    note("LISTEN", socket.AF_INET6, (address + "%lab0", link_local.getsockname()[1]), ("", 0), True)
    keep.append(link_local)


def main():
    open("/proc/sys/net/ipv6/conf/default/accept_dad", "w").write("0")
    peer = Peer()
    try:
        for family in (socket.AF_INET, socket.AF_INET6):
            make_loopback_states(family)
            make_unplugged_states(family, peer)
        make_udp()
        make_special()
        print(json.dumps({"pid": os.getpid(), "sockets": expected}), flush=True)
        sys.stdin.read()
    finally:
        os.kill(peer.pid, signal.SIGKILL)
        os.waitpid(peer.pid, 0)
        ip("link", "delete", "lab0")  # the next lab needs the name, and namespaces end late


main()
