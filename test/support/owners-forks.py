"""Starts processes that listen and end at once, as fast as it can, until it is ended."""
import os
import socket

print("{}", flush=True)
while True:
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            listener = socket.socket()
            listener.bind(("127.0.0.1", 0))
            listener.listen(1)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
