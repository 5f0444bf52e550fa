"""A machine for packages: this one, as seen by processes whose changes of files are kept in memory and go with it."""

import subprocess

MOUNTS = """
set -e
mount -t tmpfs -o size=4g tmpfs "$0"
mkdir "$0/changes" "$0/work" "$0/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$0/changes,workdir=$0/work" "$0/root"
mount -t proc proc "$0/root/proc"
mount --rbind /dev "$0/root/dev"
mount -t tmpfs tmpfs "$0/root/run"
mount -t tmpfs tmpfs "$0/root/tmp"
echo ready
exec cat
"""


class Machine:
    """Needs root. Processes see each other and the network; files that they change are changed in here only."""

    def __init__(self, directory):
        directory.mkdir()
        self._root = directory / "root"
        # It keeps the mounts until its input ends.
        self._holder = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", MOUNTS, directory],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if self._holder.stdout.readline() != "ready\n":
            raise OSError(self._holder.communicate()[1])

    def close(self):
        self._holder.stdin.close()
        self._holder.wait()

    def command(self, *words):
        """The command that runs these words in here."""
        inside = ["nsenter", f"--mount=/proc/{self._holder.pid}/ns/mnt", "chroot", self._root]
        return [str(word) for word in [*inside, *words]]

    def run(self, *words, data=None):
        """Runs a command to its end and returns what it printed; fails if it failed."""
        ended = subprocess.run(
            self.command(*words), input=data, capture_output=True, text=True, timeout=300, check=False
        )
        assert ended.returncode == 0, f"expected that {words} succeeds, got {ended.returncode}: {ended.stderr}"
        return ended.stdout

    def copy(self, file, to):
        """Copies a file of the machine outside into this one."""
        with open(file, "rb") as source:
            subprocess.run(self.command("dd", f"of={to}", "status=none"), stdin=source, check=True)
