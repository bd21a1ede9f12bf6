"""Many connections, until stdin closes. Prints one line of JSON.

  pairs N P   N connected pairs, held by P processes in turn
  churn       opens and closes connections as fast as it can; answers "count" with how many
"""
import json
import os
import select
import socket
import sys

from reset_at_close import reset_at_close

IP_BIND_ADDRESS_NO_PORT = 24


def listen(address):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, 0))
    listener.listen(1024)
    return listener


def hold_pairs(count, number, output):
    # Each process has addresses of its own, so that ports do not run out.
    listener = listen("127.0.%d.1" % (number + 1))
    held = []
    for _ in range(count):
        client = socket.socket()
        client.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        client.bind(("127.0.%d.2" % (number + 1), 0))
        client.connect(listener.getsockname())
        server = listener.accept()[0]
        for connection in (client, server):
            reset_at_close(connection)
        held.append((client, server))
    clients = ["%s:%d" % client.getsockname() for client, _ in held]
    os.write(output, (json.dumps(clients) + "\n").encode())
    return held


def pairs(total, processes):
    children = []
    for number in range(processes):
        output, theirs = os.pipe()
        lifeline, ours = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(ours)
            held = hold_pairs(total // processes, number, theirs)
            os.read(lifeline, 1)
            os._exit(0)
        os.close(theirs)
        os.close(lifeline)
        children.append((pid, os.fdopen(output)))
    lists = [json.loads(output.readline()) for _, output in children]
    # In turn: the client at position i belongs to the process at i modulo their number.
    clients = [client for group in zip(*lists) for client in group]
    print(json.dumps({"pids": [pid for pid, _ in children], "clients": clients}), flush=True)
    sys.stdin.read()


def churn():
    listener = listen("127.0.0.1")
    address = listener.getsockname()
    print(json.dumps({"pid": os.getpid(), "port": address[1]}), flush=True)
    count = 0
    while True:
        client = socket.create_connection(address)
        server, _ = listener.accept()
        reset_at_close(client)
        client.close()
        server.close()
        datagrams = socket.socket(type=socket.SOCK_DGRAM)
        datagrams.connect(address)
        datagrams.close()
        count += 1
        if count % 100 == 0 and select.select([sys.stdin], [], [], 0)[0]:
            if not sys.stdin.readline():
                return
            print(json.dumps({"connections": count}), flush=True)


if sys.argv[1] == "pairs":
    pairs(int(sys.argv[2]), int(sys.argv[3]))
else:
    churn()
