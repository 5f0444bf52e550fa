"""A TLS connection of which each half can be ended by itself, which sockets of Python's ssl cannot do."""

import contextlib
import socket
import ssl

from support.waiting import TIMEOUT_SECONDS


class RawTls:
    """One connection to the service; every wait ends with TimeoutError after `seconds`."""

    def __init__(self, annals, context, seconds=TIMEOUT_SECONDS):
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._client = context.wrap_bio(self._incoming, self._outgoing, server_hostname="localhost")
        self.socket = socket.create_connection(("127.0.0.1", annals.port), timeout=seconds)
        self._until_done(self._client.do_handshake)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self._client.write(data)
        self._flush()

    def receive(self):
        """Some bytes, or b"" once the service has said that it sends no more; raises ssl.SSLError if it is cut."""
        try:
            return self._until_done(lambda: self._client.read(65536))
        except ssl.SSLZeroReturnError:
            return b""

    def say_goodbye(self):
        """Sends close_notify, and nothing after it; the TCP connection stays open."""
        with contextlib.suppress(ssl.SSLError):
            self._client.unwrap()
        self._flush()

    def wait_until_closed(self):
        """Returns once the service has closed the TCP connection, whatever it sends before."""
        with contextlib.suppress(ConnectionResetError):
            while self.socket.recv(65536):
                pass

    def _until_done(self, step):
        while True:
            try:
                result = step()
                self._flush()
                return result
            except ssl.SSLWantReadError:
                self._flush()
                received = self.socket.recv(65536)
                if received:
                    self._incoming.write(received)
                else:
                    self._incoming.write_eof()

    def _flush(self):
        if data := self._outgoing.read():
            self.socket.sendall(data)
