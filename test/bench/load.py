"""Holds TOTAL sockets in PROCESSES processes until stdin closes: connected TCP pairs, half of them
IPv6, and in each process a listener and two UDP sockets. Prints the port of the last listener.
"""
import os
import socket
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "support"))
from reset_at_close import reset_at_close

IP_BIND_ADDRESS_NO_PORT = 24


def connected(family, address, listener):
    client = socket.socket(family)
    client.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    client.bind((address, 0))
    client.connect(listener.getsockname())
    server = listener.accept()[0]
    for connection in (client, server):
        reset_at_close(connection)
    return client, server


def hold(number, sockets, ready, lifeline):
    # IPv6 has one loopback address: each process listens on a port of its own, which keeps the
    # pairs of addresses and ports apart.
    family, address = [(socket.AF_INET, "127.0.1.%d" % (number + 1)), (socket.AF_INET6, "::1")][number % 2]
    listener = socket.socket(family)
    listener.bind((address, 0))
    listener.listen(1024)
    datagrams = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(2)]
    for one in datagrams:
        one.bind((address, 0))
    held = [connected(family, address, listener) for _ in range((sockets - 3) // 2)]
    os.write(ready, b"%d\n" % listener.getsockname()[1])
    os.read(lifeline, 1)
    os._exit(0)


total, processes = int(sys.argv[1]), int(sys.argv[2])
lifeline, _ = os.pipe()
for number in range(processes):
    answers, ready = os.pipe()
    if os.fork() == 0:
        os.close(_)
        hold(number, total // processes, ready, lifeline)
    os.close(ready)
    port = os.fdopen(answers).readline().strip()
print(port, flush=True)
sys.stdin.read()
