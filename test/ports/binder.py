"""Another process with sockets: reads one command as a line of JSON, does it, and answers with a line.

{"do": "hold", "host", "port", "v6only", "udp", "option", "as"}: makes a socket and keeps it. "as" is
listening, bound, client (a connection whose local port it is) or time-wait. Answers with the port.
{"do": "bind", "host", "port", "v6only", "udp", "option"}: binds, listens where it can, closes at once.
Answers with null or the name of the error.
{"do": "drop"}: closes all that is kept.
"""
import errno
import json
import socket
import struct
import sys

kept = []


def make(host, v6only, udp, option):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    one = socket.socket(family, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
    if option:
        one.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_" + option), 1)
    if family == socket.AF_INET6:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1 if v6only else 0)
    return one


def loopback(host):
    """An address by which a wildcard is reached."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def hold(host, port, v6only, udp, option, **how):
    one = make(host, v6only, udp, option)
    one.bind((host, port))
    port = one.getsockname()[1]
    if how["as"] == "bound":
        kept.append(one)
    elif how["as"] == "listening":
        if not udp:
            one.listen(5)
        kept.append(one)
    else:
        peer = make(loopback(host), False, udp, None)
        peer.bind((loopback(host), 0))
        if udp:
            one.connect(peer.getsockname())
            kept.extend([one, peer])
            return port
        peer.listen(5)
        one.connect(peer.getsockname())
        other = peer.accept()[0]
        if how["as"] == "client":
            kept.extend([one, peer, other])
        else:
            # Whoever closes first is left in TIME_WAIT.
            one.close()
            other.recv(1)
            other.close()
            peer.close()
    return port


def bind(host, port, v6only, udp, option):
    one = make(host, v6only, udp, option)
    try:
        one.bind((host, port))
        if not udp:
            one.listen(5)
    except OSError as error:
        return errno.errorcode[error.errno]
    finally:
        one.close()
    return None


for line in sys.stdin:
    command = json.loads(line)
    what = command.pop("do")
    answer = None
    if what == "hold":
        answer = hold(**command)
    elif what == "bind":
        answer = bind(**command)
    else:
        for one in kept:
            one.close()
        kept.clear()
    print(json.dumps(answer), flush=True)
