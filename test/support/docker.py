"""A Docker Engine of its own, for as long as stdin is open. Arguments go to dockerd.

Runs in network and mount namespaces that were made for it (docker.ts: unshare -nm). All that the
engine writes lies in a tmpfs at /run, which is seen there alone and goes with the namespace. Prints
one line of JSON: the PID by which others enter the namespaces, and the engine's own.
"""
import ctypes
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
libc = ctypes.CDLL(None, use_errno=True)
parent = "/socktable-test-%d" % os.getpid()
LOG = "/run/dockerd.log"


def check(status, what):
    if status != 0:
        raise OSError(ctypes.get_errno(), what)


def docker(*words, **options):
    return subprocess.run(["docker", *words], check=True, stdout=subprocess.DEVNULL, **options)


def wait_until_ready(engine):
    for _ in range(300):
        if engine.poll() is not None:
            break
        if subprocess.run(["docker", "version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
            return
        time.sleep(0.1)
    with open(LOG) as log:
        sys.stderr.write(log.read()[-4000:])
    raise RuntimeError("dockerd did not start")


def import_image():
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(os.path.realpath("/bin/busybox"), "bin/busybox")
    docker("import", "-", "busybox", input=archive.getvalue())


def remove_containers():
    ids = subprocess.run(["docker", "ps", "-aq"], capture_output=True, text=True, timeout=10).stdout.split()
    if ids:
        docker("rm", "-f", *ids, timeout=20)


def children():
    with open("/proc/self/task/%d/children" % os.getpid()) as file:
        return [int(pid) for pid in file.read().split()]


def end_children():
    """What outlives its parent comes to this process, their reaper: containerd's shims, containers."""
    while children():
        for pid in children():
            os.kill(pid, signal.SIGKILL)
        os.waitpid(-1, 0)


def remove_cgroups():
    """Also those that containers left: the deepest first."""
    roots = ["/sys/fs/cgroup"] + ["/sys/fs/cgroup/" + name for name in os.listdir("/sys/fs/cgroup")]
    for root in roots:
        for folder, _, _ in os.walk(root + parent, topdown=False):
            for _ in range(50):  # a process that was reaped just now may still count
                try:
                    os.rmdir(folder)
                    break
                except OSError:
                    time.sleep(0.02)


def main():
    check(libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    os.environ["DOCKER_HOST"] = "unix:///run/docker.sock"
    os.environ["DOCKER_CONFIG"] = "/run/docker-client"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    engine = None
    try:
        with open(LOG, "w") as log:
            engine = subprocess.Popen(
                [
                    "dockerd", "--data-root", "/run/docker-data", "--exec-root", "/run/docker-exec",
                    "--pidfile", "/run/docker.pid", "--host", "unix:///run/docker.sock",
                    "--storage-driver", "vfs", "--iptables=false", "--ip6tables=false",
                    "--cgroup-parent", parent, *sys.argv[1:],
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                # Where this script is killed, the engine is not left behind.
                preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0),
            )
        wait_until_ready(engine)
        import_image()
        print(json.dumps({"pid": os.getpid(), "engine": engine.pid}), flush=True)
        sys.stdin.read()
    finally:
        try:
            if engine is not None and engine.poll() is None:
                remove_containers()
                engine.terminate()
                engine.wait(20)
        finally:
            end_children()
            remove_cgroups()


main()
