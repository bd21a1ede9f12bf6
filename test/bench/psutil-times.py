"""psutil in a running process: the median of RUNS behind a first one, in milliseconds, and how many
owners it told. With "version" instead of RUNS: its version.
"""
import statistics
import sys
import time

import psutil


def run():
    start = time.perf_counter()
    connections = psutil.net_connections(kind="inet")
    elapsed = time.perf_counter() - start
    return elapsed * 1e3, sum(connection.pid is not None for connection in connections)


if sys.argv[1] == "version":
    print(psutil.__version__)
else:
    run()
    times, counts = zip(*(run() for _ in range(int(sys.argv[1]))))
    print("%.3f %d" % (statistics.median(times), counts[-1]))
