"""HTTP as bytes on a socket, for what no decent client would send."""

import contextlib
import http.client
import io
import json
import socket
import time

from support.waiting import TIMEOUT_SECONDS, wait_until


class Reply:
    """One response, taken apart."""

    def __init__(self, raw):
        self.raw = raw
        response = http.client.HTTPResponse(_Bytes(raw))
        response.begin()
        self.status_code = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


class RawConnection:
    """A TCP connection to the service."""

    def __init__(self, annals, seconds=TIMEOUT_SECONDS):
        self.socket = socket.create_connection(("127.0.0.1", annals.port), timeout=seconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)
        return self

    def read_to_end(self, seconds=TIMEOUT_SECONDS):
        """All bytes until the service closes the connection; raises TimeoutError when it does not in time."""
        deadline = time.monotonic() + seconds
        chunks = []
        while True:
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                chunk = self.socket.recv(65536)
            except ConnectionResetError:
                break
            if not chunk:
                break
            chunks.append(chunk)
            if time.monotonic() > deadline:
                raise TimeoutError("more and more bytes")
        return b"".join(chunks)

    def reply(self):
        """The next response, read as far as its header says."""
        raw = b""
        while b"\r\n\r\n" not in raw:
            raw += self._receive(raw)
        length = http.client.parse_headers(io.BytesIO(raw.split(b"\r\n", 1)[1])).get("Content-Length", "0")
        end = raw.index(b"\r\n\r\n") + 4 + int(length)
        while len(raw) < end:
            raw += self._receive(raw)
        return Reply(raw)

    def closes_within(self, seconds):
        """True when the service closes the connection in time, whatever it says before."""
        try:
            self.read_to_end(seconds)
        except TimeoutError:
            return False
        return True

    def _receive(self, so_far):
        chunk = self.socket.recv(65536)
        assert chunk, f"expected a response; the connection was closed after {so_far!r}"
        return chunk


class _Bytes:
    """What http.client.HTTPResponse reads from."""

    def __init__(self, raw):
        self._raw = raw

    def makefile(self, _mode):
        return io.BytesIO(self._raw)


@contextlib.contextmanager
def held_connections(annals, count, method, path, *lines):
    """So many connections in use, by requests whose bodies do not come. Nothing else may ask the service while they begin."""
    request = head(method, path, *lines, "Expect: 100-continue")
    held = []

    def are_held():
        # Until its body is asked for, a connection may be idle, and make room for others. One that ended may still be counted.
        connection = RawConnection(annals)
        with contextlib.suppress(ConnectionError):
            if connection.send(request).socket.recv(1000).startswith(b"HTTP/1.1 100 "):
                held.append(connection)
        if connection not in held:
            connection.socket.close()
        return len(held) == count

    try:
        wait_until(are_held, f"{count} requests are asked for their bodies")
        yield held
    finally:
        for connection in held:
            connection.socket.close()


def head(method, path, *lines):
    """The head of a request."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: annals", *lines, "", ""]).encode()
