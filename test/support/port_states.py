"""Brings a port of 127.0.0.1 into each state that decides whether it can be bound."""
import resource
import socket


def tcp(reuse=False):
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1 if reuse else 0)
    return opened


def bound(port, address="127.0.0.1", reuse=False):
    opened = tcp(reuse)
    opened.bind((address, port))
    return opened


def listener(port, address="127.0.0.1", reuse=False):
    opened = bound(port, address, reuse)
    opened.listen()
    return opened


def connection(port, reuse):
    """A server, the connection that it accepted, and the client."""
    server = listener(port, reuse=reuse)
    client = socket.create_connection(server.getsockname())
    return server, server.accept()[0], client


def connection_alone(port, reuse):
    server, accepted, client = connection(port, reuse)
    server.close()
    return accepted, client


def half_closed(port, closing):
    accepted, client = connection_alone(port, True)
    (accepted if closing == "server" else client).shutdown(socket.SHUT_WR)
    return accepted, client


def time_wait_beside_server(port, reuse):
    server, accepted, client = connection(port, reuse)
    accepted.close()
    client.recv(1)
    client.close()
    return server


def client_at(port, reuse):
    peer = tcp()
    peer.bind(("127.0.0.1", 0))
    peer.listen()
    client = bound(port, reuse=reuse)
    client.connect(peer.getsockname())
    return peer, client


def udp(port, address, reuse=False):
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1 if reuse else 0)
    opened.bind((address, port))
    return opened


def listeners(first, count):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return [listener(port, "0.0.0.0") for port in range(first, first + count)]


STATES = {
    "2000 listeners": lambda port: listeners(port, 2000),
    "no socket": lambda port: None,
    "a listener": listener,
    "a listener with SO_REUSEADDR": lambda port: listener(port, reuse=True),
    "a listener on all addresses": lambda port: listener(port, "0.0.0.0"),
    "a listener on another address": lambda port: listener(port, "127.0.0.2"),
    "a bound socket": bound,
    "a client": lambda port: client_at(port, False),
    "a client with SO_REUSEADDR": lambda port: client_at(port, True),
    "a connection whose server closed": lambda port: connection_alone(port, True),
    "a connection whose server without SO_REUSEADDR closed": lambda port: connection_alone(
        port, False
    ),
    "FIN_WAIT_2": lambda port: half_closed(port, "server"),
    "CLOSE_WAIT": lambda port: half_closed(port, "client"),
    "TIME_WAIT": lambda port: time_wait_beside_server(port, True).close(),
    "TIME_WAIT of a server without SO_REUSEADDR": lambda port: time_wait_beside_server(
        port, False
    ).close(),
    "TIME_WAIT beside its server": lambda port: time_wait_beside_server(port, True),
    "UDP": lambda port: udp(port, "127.0.0.1"),
    "UDP on all addresses": lambda port: udp(port, "0.0.0.0"),
    "UDP with SO_REUSEADDR": lambda port: udp(port, "127.0.0.1", True),
}

kept = []


def bring_into(state, port):
    kept.append(STATES[state](port))
