"""A service with TLS, and connections to it."""

import contextlib
import socket

from support.clients.raw_http import head

# Less than the 60 s after which an idle connection is closed whatever was asked.
SECONDS = 45


def settings(pair, **more):
    return {"ANNALS_SERVER_TLS_CERTIFICATE": str(pair.certificate), "ANNALS_SERVER_TLS_KEY": str(pair.key), **more}


def start(factory, authority, environment, ready=True):
    annals = factory.annals(environment=environment, start=False)
    annals.trusted = str(authority.certificate)
    return annals.start(ready=ready)


@contextlib.contextmanager
def connected(annals, context, name="localhost"):
    """A TLS connection."""
    with socket.create_connection(("127.0.0.1", annals.port), timeout=SECONDS) as plain:
        # An end without a close_notify raises.
        with context.wrap_socket(plain, server_hostname=name, suppress_ragged_eofs=False) as encrypted:
            yield encrypted


def ask(encrypted):
    """Sends GET /healthz and returns what comes until the service closes; raises when that looks cut."""
    encrypted.sendall(head("GET", "/healthz", "Connection: close"))
    answer = b""
    while chunk := encrypted.recv(65536):
        answer += chunk
    return answer
