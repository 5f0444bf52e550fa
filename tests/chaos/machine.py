"""What a chaos run does to the machine of a service: a small disk that can be full, slow syncs, another time of day."""

import ctypes
import os
import shutil
import struct

from support import paths

SIZE = 1200 << 20
CLONE_NEWNS = 0x00020000
MS_REC_PRIVATE = 0x4000 | 0x40000
MNT_DETACH = 2

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name, *arguments):
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


class Clock:
    """The service's time of day, so many seconds ahead, read by the library that is loaded into it."""

    library = paths.SHIFTED_CLOCK

    def __init__(self, file):
        self._file = file
        self.environment = {"TEST_CLOCK_SHIFT_FILE": str(file)}
        file.write_bytes(struct.pack("<q", 0))

    def set(self, seconds):
        # In place: the service has the file mapped.
        with self._file.open("r+b") as file:
            file.write(struct.pack("<q", seconds))


class SlowDisk:
    """Syncs of one service take as long as it is told."""

    library = paths.SLOW_SYNC

    def __init__(self, file):
        self._file = file
        self.environment = {"TEST_SLOW_SYNC": str(file)}

    def slow_down(self, milliseconds):
        self._file.write_text(str(milliseconds))

    def speed_up(self):
        self._file.unlink(missing_ok=True)


class SmallDisk:
    """A tmpfs on `directory` that only this process and its children see, so that nothing of it outlives them."""

    name = "a small tmpfs"
    environment = {}
    library = None

    def __init__(self, directory):
        directory.mkdir(mode=0o700)
        self._directory = directory
        self._balloon = directory / "balloon"
        _call("unshare", CLONE_NEWNS)
        _call("mount", None, b"/", None, MS_REC_PRIVATE, None)
        _call("mount", b"tmpfs", bytes(directory), b"tmpfs", 0, f"size={SIZE},mode=700".encode())

    def fill(self, room):
        """Leaves so many bytes free, as far as the service lets it."""
        free = shutil.disk_usage(self._directory).free
        with self._balloon.open("wb") as file:
            for _ in range(5):
                take = max(0, free - room)
                try:
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, max(1, take))
                except OSError:
                    pass
                free = shutil.disk_usage(self._directory).free

    def empty(self):
        self._balloon.unlink(missing_ok=True)

    def close(self):
        _call("umount2", bytes(self._directory), MNT_DETACH)


class PretendedDisk:
    """For who may not mount: a library that is loaded into the service lets no file grow."""

    name = "a preloaded library, because mounting is not allowed"
    library = paths.FULL_DISK

    def __init__(self, directory):
        self._switch = directory.parent / "full"
        self.environment = {"TEST_FULL_DISK": str(self._switch), "TEST_FULL_DISK_BELOW": str(directory)}

    def fill(self, room):
        self._switch.write_text(str(room) if room else "")

    def empty(self):
        self._switch.unlink(missing_ok=True)

    def close(self):
        self.empty()


def small_disk(directory):
    try:
        return SmallDisk(directory)
    except PermissionError:
        return PretendedDisk(directory)
