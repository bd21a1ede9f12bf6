"""Opens and closes RATE sockets a second in PROCESSES processes for SECONDS: connected pairs that live
for 0.1 to 5 seconds. Then closes all and prints a line of JSON: of each socket its process, its inode
and how long it was open.
"""
import heapq
import json
import os
import random
import socket
import sys
import time

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "support"))
from reset_at_close import reset_at_close


def turn_over(rate, seconds):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    held, log = [], []
    begin = time.monotonic()

    def close_pair():
        _, opened, pair = heapq.heappop(held)
        inodes = [os.fstat(one.fileno()).st_ino for one in pair]
        for one in pair:
            reset_at_close(one)
            one.close()
        log.extend((os.getpid(), inode, time.monotonic() - opened) for inode in inodes)

    for number in range(int(seconds * rate / 2)):
        due = begin + number * 2 / rate
        while held and held[0][0] < due:
            time.sleep(max(0, held[0][0] - time.monotonic()))
            close_pair()
        time.sleep(max(0, due - time.monotonic()))
        client = socket.create_connection(listener.getsockname())
        opened = time.monotonic()
        heapq.heappush(held, (opened + random.uniform(0.1, 5), opened, (client, listener.accept()[0])))
    while held:
        close_pair()
    return log


rate, processes, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
outputs = []
for _ in range(processes):
    output, theirs = os.pipe()
    if os.fork() == 0:
        os.close(output)
        with os.fdopen(theirs, "w") as answer:
            json.dump(turn_over(rate / processes, seconds), answer)
        os._exit(0)
    os.close(theirs)
    outputs.append(os.fdopen(output))
print(json.dumps([socket for output in outputs for socket in json.load(output)]), flush=True)
