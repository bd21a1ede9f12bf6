"""Another process that a test directs: runs each of its arguments and then each line of its input, and
answers with a line of JSON, which is the value of an expression or null. Ends with its input."""
import gc
import json
import os
import socket
import sys

from binds import drop, hold, try_bind
from port_states import bring_into
from reset_at_close import reset_at_close
from sharing import (
    behind_other_descriptors,
    bound,
    fork_holder,
    in_flight,
    listen,
    listen_and_end_forever,
    named,
    on_device,
    passed_to_an_older_process,
    shared_by_forks,
    under_three_numbers,
)


def answer(line):
    try:
        value = eval(compile(line, "line", "eval"))
    except SyntaxError:
        value = exec(line, globals())
    print(json.dumps(value), flush=True)


for line in sys.argv[1:]:
    answer(line)
for line in sys.stdin:
    answer(line)

for one in gc.get_objects():
    if isinstance(one, socket.socket) and one.fileno() >= 0 and one.type == socket.SOCK_STREAM:
        reset_at_close(one)
