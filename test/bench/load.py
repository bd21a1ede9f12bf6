"""Holds TOTAL sockets in PROCESSES processes until stdin closes: in each a listener, a UDP socket
and connected TCP pairs, IPv4 in one process and IPv6 in the next. Then prints the port of the last
listener and the process that holds it.
"""
import os
import resource
import socket
import struct
import sys

IP_BIND_ADDRESS_NO_PORT = 24
AT_ONCE = struct.pack("ii", 1, 0)


def connect(family, address, listener):
    client = socket.socket(family)
    client.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    client.bind((address, 0))
    client.connect(listener.getsockname())
    server, _ = listener.accept()
    # Ends with a reset: the next size must not find this one's connections in TIME_WAIT.
    for end in client, server:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    return client, server


def hold(number, count, ready, lifeline):
    # Each listener has a port of its own, so that a client port serves once for each of them: IPv6
    # has a single loopback address.
    family = socket.AF_INET6 if number % 2 else socket.AF_INET
    address = "::1" if number % 2 else "127.0.0.1"
    listener = socket.create_server((address, 0), family=family, backlog=1024)
    datagrams = socket.socket(family, socket.SOCK_DGRAM)
    datagrams.bind((address, 0))
    held = [connect(family, address, listener) for _ in range((count - 2) // 2)]
    os.write(ready, b"%d %d\n" % (listener.getsockname()[1], os.getpid()))
    os.read(lifeline, 1)
    os._exit(len(held) == 0)


total, processes = int(sys.argv[1]), int(sys.argv[2])
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
lifeline, held_open = os.pipe()  # closed by the end of this process, however that comes about
for number in range(processes):
    answers, ready = os.pipe()
    if os.fork() == 0:
        os.close(held_open)
        os.close(answers)
        hold(number, total // processes, ready, lifeline)
    os.close(ready)
    with os.fdopen(answers) as lines:
        last = lines.readline().strip()
    if not last:
        sys.exit("a process of the load could not open its sockets")
print(last, flush=True)
sys.stdin.read()
os.close(held_open)
for _ in range(processes):
    os.wait()
