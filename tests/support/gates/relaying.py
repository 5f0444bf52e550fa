"""What relays have in common: they take connections in, open one to the service for each, and end both together."""

import socket
import threading

PART = 65_536


class Relaying:
    """Listens on a port of 127.0.0.1 for connections to `port`. A subclass says in _relay(client, service) what passes."""

    def __init__(self, port):
        self._upstream = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                service = socket.create_connection(("127.0.0.1", self._upstream))
            except OSError:
                client.close()
                continue
            self._relay(client, service)


def end(*sockets):
    """Ends connections for both sides, if they have not ended."""
    for one in sockets:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
