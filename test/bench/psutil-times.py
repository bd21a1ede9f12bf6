"""psutil in a process that is already running: milliseconds, one run per line."""
import sys
import time

import psutil

for _ in range(int(sys.argv[1])):
    start = time.perf_counter()
    psutil.net_connections(kind="inet")
    print("%.3f" % ((time.perf_counter() - start) * 1e3))
