"""Holds listeners in several ways until stdin closes, and prints one line of JSON.

  fork N       a listener shared by N forked children, which keep its number
  rights       a listener passed over a Unix socket to an older process, under another number
  dup          a listener under three numbers
  tail N       a process with N descriptors, the listener being the last
  flight       a listener that is nowhere but in a Unix socket's queue
  named NAME   a listener of a process with this name
  bound        a socket that is bound and does not listen
  on-device IF a listener on every address of one network interface
"""
import ctypes
import json
import os
import socket
import sys


def listen():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    os.set_inheritable(listener.fileno(), True)
    return listener


def report(listener, **more):
    print(json.dumps({"port": listener.getsockname()[1], "pid": os.getpid(), "fd": listener.fileno(), **more}), flush=True)


def fork_waiting(before=lambda: None):
    """A child that runs `before` and lives until its parent's pipe closes; returns its PID."""
    reading, writing = os.pipe()
    ready, done = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(writing)
        before()
        os.write(done, b"x")
        os.read(reading, 1)
        os._exit(0)
    os.close(reading)
    os.read(ready, 1)
    return pid


way = sys.argv[1]
if way == "fork":
    listener = listen()
    if len(sys.argv) > 3:  # under a high number in each, behind many others
        os.dup2(listener.fileno(), int(sys.argv[3]), inheritable=True)
        port_holder = socket.socket(fileno=int(sys.argv[3]))
        listener.close()
        listener = port_holder
        fillers = [os.dup(0) for _ in range(200)]
    children = [fork_waiting() for _ in range(int(sys.argv[2]))]
    report(listener, children=children)
elif way == "rights":
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    younger = os.fork()
    if younger == 0:
        ours.close()
        fillers = [os.dup(0) for _ in range(20)]
        listener = listen()
        socket.send_fds(theirs, [json.dumps({"pid": os.getpid(), "fd": listener.fileno()}).encode()], [listener.fileno()])
        theirs.recv(1)
        os._exit(0)
    text, (descriptor,), _, _ = socket.recv_fds(ours, 1000, 1)
    listener = socket.socket(fileno=descriptor)
    report(listener, younger=json.loads(text))
elif way == "dup":
    listener = listen()
    copies = [os.dup(listener.fileno()) for _ in range(2)]
    report(listener)
elif way == "tail":
    others = [os.dup(0) for _ in range(int(sys.argv[2]))]
    listener = listen()
    report(listener)
elif way == "flight":
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    listener = listen()
    socket.send_fds(ours, [b"x"], [listener.fileno()])
    port = listener.getsockname()[1]
    listener.close()
    print(json.dumps({"port": port, "pid": os.getpid()}), flush=True)
elif way == "bound":
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    report(bound)
elif way == "on-device":
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, sys.argv[2].encode())
    listener.bind(("0.0.0.0", 0))
    listener.listen(1)
    report(listener)
elif way == "named":
    ctypes.CDLL(None).prctl(15, sys.argv[2].encode(), 0, 0, 0)  # PR_SET_NAME
    listener = listen()
    report(listener)
sys.stdin.read()
