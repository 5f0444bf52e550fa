"""Runs a mutant, which may do anything: it can write only to one directory and reach no process but its own."""

import ctypes
import os
import pathlib
import resource
import signal
import subprocess

GIBIBYTE = 1 << 30
MAX_FILE = 2 * GIBIBYTE  # a mutant may log without end
MAX_MEMORY = 8 * GIBIBYTE

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)

# The root's file system and the names of devices become read-only in a mount namespace of its own, but for the directory.
# Temporary files are in memory if that is wished: a sync costs nothing there. GoogleTest knows no other place than /tmp.
READ_ONLY = """
set -e
mount --bind "$1" "$1"
mount -o remount,ro,bind /
mount -o remount,ro,bind /dev || [ ! -w /dev ]
[ "$2" = disk ] || mount -t tmpfs -o size=2G tmpfs "$1/tmp"
case $1 in /tmp/*) ;; *) mount --bind "$1/tmp" /tmp ;; esac
shift 2
exec "$@"
"""


def command(directory, temporary, arguments):
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *as_root, "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
            "sh", "-c", READ_ONLY, "sh", str(directory), temporary, *map(str, arguments)]


def run(directory, arguments, cwd, seconds, environment=None, small=True, on_disk=False):
    """Returns how a program ended: "passed", "failed", "killed by signal N" or "timed out". What it prints is in output.txt.
    A small one takes little memory, and has its temporary files there unless they are to be on the disk.
    """
    directory = pathlib.Path(directory)
    temporary = directory / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)

    def limit():
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # a mutant that loops does not outlive who started it
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))
        if small:
            resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))

    with open(directory / "output.txt", "wb") as output:
        try:
            ended = subprocess.run(command(directory, "memory" if small and not on_disk else "disk", arguments), cwd=cwd, timeout=seconds,
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, check=False,
                                   preexec_fn=limit, env={**os.environ, "TMPDIR": str(temporary), **(environment or {})})
        except subprocess.TimeoutExpired:
            return "timed out"
    if ended.returncode < 0 or ended.returncode > 128:
        return f"killed by signal {abs(ended.returncode) % 128}"
    return "passed" if ended.returncode == 0 else "failed"
