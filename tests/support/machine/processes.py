"""Starting programs so that nothing of them stays behind."""

import os
import pathlib
import signal
import subprocess

from support.waiting import TIMEOUT_SECONDS, wait_until

NOBODY = 65534
# Begins a command that root starts as a user who may do nothing.
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


def environment(settings):
    """Nothing of the caller's environment but what every program and instrumented builds need: no ANNALS_*, no AWS_*."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    instruments = {name: value for name, value in os.environ.items() if name.endswith(("SAN_OPTIONS", "LLVM_PROFILE_FILE"))}
    return {**kept, **instruments, **settings}


def interruptible(arguments):
    """The command that dies with the thread that starts it, and for which signals do what they usually do, whatever
    whoever runs the tests has ignored."""
    return ["env", "--default-signal=INT,TERM", "setpriv", "--pdeathsig", "KILL", *map(str, arguments)]


def spawn(arguments, settings, stdout, stderr):
    """Starts a program that appends its output to two files and dies with the thread that started it."""
    with open(stdout, "ab") as out, open(stderr, "ab") as err:
        return subprocess.Popen(interruptible(arguments), env=environment(settings), stdin=subprocess.DEVNULL, stdout=out, stderr=err)


def freeze(pid):
    """Stops a process and returns once each of its threads stands still, which on a busy machine is later."""
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: _stands_still(pid), "every thread is stopped")


def _stands_still(pid):
    try:
        tasks = [(task / "stat").read_text() for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
    except FileNotFoundError:  # a thread that has just ended
        return False
    return all(task.rpartition(") ")[2][0] == "T" for task in tasks)


def run(arguments, settings, seconds=TIMEOUT_SECONDS):
    """Runs a program to its end, which must come in time."""
    return subprocess.run(
        [str(argument) for argument in arguments],
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
