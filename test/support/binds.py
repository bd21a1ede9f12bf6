"""Sockets at any address and with any option of a bind: to hold one, or to try whether it can be had."""
import errno
import socket

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


def hold(host, port, v6only, udp, option, state):
    """Keeps a socket that is listening, bound, a client, or in TIME_WAIT."""
    one = make(host, v6only, udp, option)
    one.bind((host, port))
    if state == "bound":
        kept.append(one)
    elif state == "listening":
        if not udp:
            one.listen(5)
        kept.append(one)
    else:
        peer = make(loopback(host), False, udp, None)
        peer.bind((loopback(host), 0))
        if udp:
            one.connect(peer.getsockname())
            kept.extend([one, peer])
            return
        peer.listen(5)
        one.connect(peer.getsockname())
        other = peer.accept()[0]
        if state == "client":
            kept.extend([one, peer, other])
        else:
            # The end that closes first is left in TIME_WAIT.
            one.close()
            other.recv(1)
            other.close()
            peer.close()


def drop():
    """Closes all that is held."""
    for one in kept:
        one.close()
    kept.clear()


def try_bind(host, port, v6only, udp, option):
    """Binds, listens if it is TCP, and closes; returns the name of the error, if any."""
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
