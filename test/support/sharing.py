"""Listeners that are held in unusual ways: by several processes, under several numbers, by none. Each
function makes one, which stays until this process ends, and returns what a test must know of it."""
import ctypes
import json
import os
import signal
import socket

PR_SET_NAME = 15
PR_SET_PDEATHSIG = 1

kept = []


def listen():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(8)
    kept.append(listener)
    return listener


def facts(holder, **more):
    return {"port": holder.getsockname()[1], "pid": os.getpid(), "fd": holder.fileno(), **more}


def fork_holder():
    """A child that holds what this process has open until it is killed."""
    pid = os.fork()
    while pid == 0:
        signal.pause()
    return pid


def fork_dependent():
    """A child that holds what this process has open until this process ends."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(writing)
        os.read(reading, 1)
        os._exit(0)
    os.close(reading)
    return pid


def shared_by_forks(count, number=None):
    """Shared with children, which keep its number; behind many others if a number is given."""
    listener = listen()
    if number is not None:
        os.dup2(listener.fileno(), number)
        high = socket.socket(fileno=number)
        listener.close()
        listener = high
        kept.extend([high, *(os.dup(0) for _ in range(200))])
    return facts(listener, children=[fork_dependent() for _ in range(count)])


def passed_to_an_older_process():
    """Passed over a Unix socket by a child to this process, under another number."""
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    if os.fork() == 0:
        ours.close()
        kept.extend(os.dup(0) for _ in range(20))
        listener = listen()
        socket.send_fds(theirs, [json.dumps(facts(listener)).encode()], [listener.fileno()])
        theirs.recv(1)
        os._exit(0)
    text, (descriptor,), _, _ = socket.recv_fds(ours, 1000, 1)
    listener = socket.socket(fileno=descriptor)
    kept.extend([ours, listener])
    return facts(listener, younger=json.loads(text))


def under_three_numbers():
    listener = listen()
    kept.extend(os.dup(listener.fileno()) for _ in range(2))
    return facts(listener)


def behind_other_descriptors(count):
    kept.extend(os.dup(0) for _ in range(count))
    return facts(listen())


def in_flight():
    """In the queue of a Unix socket and nowhere else."""
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    listener = listen()
    socket.send_fds(ours, [b"x"], [listener.fileno()])
    kept.extend([ours, theirs])
    flying = facts(listener)
    listener.close()
    return flying


def named(name):
    """Of a process with this name."""
    ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode(), 0, 0, 0)
    return facts(listen())


def bound():
    """Bound, and not listening."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    kept.append(holder)
    return facts(holder)


def on_device(name):
    """On every address of one network interface."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name.encode())
    listener.bind(("0.0.0.0", 0))
    listener.listen(1)
    kept.append(listener)
    return facts(listener)


def listen_and_end_forever():
    """Children that listen and end at once, as fast as it goes, from a child that ends with this one."""
    pid = os.fork()
    if pid != 0:
        return {"pid": pid}
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    while True:
        children = []
        for _ in range(4):
            child = os.fork()
            if child == 0:
                listen()
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
