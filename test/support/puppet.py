"""Runs each line of its input and answers with a line of JSON: the value of an expression, or null."""
import gc
import json
import os
import signal
import socket
import sys

from reset_at_close import reset_at_close


def listen():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(8)
    return listener


def fork_holder():
    """A child that holds what this process has open until it is killed."""
    pid = os.fork()
    while pid == 0:
        signal.pause()
    return pid


for line in sys.stdin:
    try:
        value = eval(compile(line, "line", "eval"))
    except SyntaxError:
        value = exec(line)
    print(json.dumps(value), flush=True)

for one in gc.get_objects():
    if isinstance(one, socket.socket) and one.fileno() >= 0 and one.type == socket.SOCK_STREAM:
        reset_at_close(one)
