"""Ports of 127.0.0.1. Run as a program with a number, it prints so many of them."""

import contextlib
import pathlib
import secrets
import socket
import sys

# The kernel gives these to whoever connects or asks for any port, and so may give one away before it is used.
GIVEN_AWAY = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
FIRST = 10_000


def free_ports(count):
    """That many ports, each of which was free a moment ago and which nobody gets by chance."""
    end = int(GIVEN_AWAY.read_text().split()[0])
    with contextlib.ExitStack() as held:
        ports = []
        while len(ports) < count:
            listener = held.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                listener.bind(("127.0.0.1", FIRST + secrets.randbelow(end - FIRST)))
                ports.append(listener.getsockname()[1])
        return ports


def free_port():
    return free_ports(1)[0]


if __name__ == "__main__":
    print(*free_ports(int(sys.argv[1])))
