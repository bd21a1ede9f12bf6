"""Brings a port into a state and stays until its input ends: port_states.py STATE PORT."""
import json
import resource
import socket
import sys

state, port = sys.argv[1], int(sys.argv[2])


def open_socket(reuse=False):
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1 if reuse else 0)
    return opened


def bound(address="127.0.0.1", reuse=False):
    opened = open_socket(reuse)
    opened.bind((address, port))
    return opened


def listener(address="127.0.0.1", reuse=False):
    opened = bound(address, reuse)
    opened.listen()
    return opened


def connection(reuse):
    """A server, the connection that it accepted, and the client."""
    server = listener(reuse=reuse)
    client = socket.create_connection(server.getsockname())
    return server, server.accept()[0], client


def closed_by_the_server(reuse):
    """The port is in TIME_WAIT; the server still listens."""
    server, accepted, client = connection(reuse)
    accepted.close()
    client.recv(1)
    client.close()
    return server


def client_at_the_port(reuse):
    peer = open_socket()
    peer.bind(("127.0.0.1", 0))
    peer.listen()
    client = bound(reuse=reuse)
    client.connect(peer.getsockname())
    return peer, client


def without_listener(sockets):
    sockets[0].close()
    return sockets


def datagrams(address, reuse=False):
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1 if reuse else 0)
    opened.bind((address, port))
    return opened


def half_closed(by):
    server, accepted, client = connection(True)
    server.close()
    (accepted if by == "server" else client).shutdown(socket.SHUT_WR)
    return accepted, client


def many():
    """Listeners at this port and 1999 more."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    opened = []
    for number in range(port, port + 2000):
        opened.append(open_socket())
        opened[-1].bind(("0.0.0.0", number))
        opened[-1].listen()
    return opened


STATES = {
    "2000 listeners": many,
    "no socket": lambda: None,
    "a listener": listener,
    "a listener with SO_REUSEADDR": lambda: listener(reuse=True),
    "a listener on all addresses": lambda: listener("0.0.0.0"),
    "a listener on another address": lambda: listener("127.0.0.2"),
    "a bound socket": bound,
    "a client": lambda: client_at_the_port(False),
    "a client with SO_REUSEADDR": lambda: client_at_the_port(True),
    "a connection whose server closed": lambda: without_listener(connection(True)),
    "a connection whose server without SO_REUSEADDR closed": lambda: without_listener(
        connection(False)
    ),
    "FIN_WAIT_2": lambda: half_closed("server"),
    "CLOSE_WAIT": lambda: half_closed("client"),
    "TIME_WAIT": lambda: closed_by_the_server(True).close(),
    "TIME_WAIT of a server without SO_REUSEADDR": lambda: closed_by_the_server(False).close(),
    "TIME_WAIT beside its server": lambda: closed_by_the_server(True),
    "UDP": lambda: datagrams("127.0.0.1"),
    "UDP on all addresses": lambda: datagrams("0.0.0.0"),
    "UDP with SO_REUSEADDR": lambda: datagrams("127.0.0.1", True),
}

held = STATES[state]()
print(json.dumps("ready"), flush=True)
sys.stdin.read()
