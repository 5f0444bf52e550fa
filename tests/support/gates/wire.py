"""A wire between a client and a service that loses answers, holds them back and breaks."""

import socket
import threading

PART = 65_536


class Wire:
    """Relays connections to `port` of 127.0.0.1, until told otherwise."""

    def __init__(self, port):
        self._upstream = port
        self._lock = threading.Lock()
        self._sockets = set()
        self._free = threading.Event()
        self._free.set()
        self._losing = False
        self._lost = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def lose_answer(self):
        """The next POST is carried out, but instead of its answer the connection breaks."""
        with self._lock:
            self._losing, self._lost = True, 0

    @property
    def lost(self):
        """How many answers were lost since then."""
        with self._lock:
            return self._lost

    def hold(self):
        """No answer passes until release()."""
        self._free.clear()

    def release(self):
        self._free.set()

    def cut(self):
        """Breaks all connections that are open."""
        with self._lock:
            sockets = list(self._sockets)
        for one in sockets:
            _end(one)

    def close(self):
        self.release()
        self._listener.close()
        self.cut()

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
            with self._lock:
                self._sockets |= {client, service}
            doomed = threading.Event()
            threading.Thread(target=self._pass_up, args=(client, service, doomed), daemon=True).start()
            threading.Thread(target=self._pass_down, args=(service, client, doomed), daemon=True).start()

    def _pass_up(self, client, service, doomed):
        try:
            while part := client.recv(PART):
                if part.startswith(b"POST ") and self._takes_this():
                    doomed.set()
                service.sendall(part)
        except OSError:
            pass
        self._forget(client, service)

    def _pass_down(self, service, client, doomed):
        try:
            while part := service.recv(PART):
                self._free.wait()
                if doomed.is_set():
                    with self._lock:
                        self._lost += 1
                    break
                client.sendall(part)
        except OSError:
            pass
        self._forget(client, service)

    def _takes_this(self):
        with self._lock:
            taken, self._losing = self._losing, False
            return taken

    def _forget(self, *ends):
        """A side that is gone takes the other with it."""
        with self._lock:
            self._sockets -= set(ends)
        for end in ends:
            _end(end)


def _end(one):
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
