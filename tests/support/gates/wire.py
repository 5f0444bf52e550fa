"""A wire between a client and a service that loses answers, holds them back and breaks."""

import threading

from support.gates.relaying import PART, Relaying, end


class Wire(Relaying):
    """Relays connections to `port` of 127.0.0.1, until told otherwise."""

    def __init__(self, port):
        self._lock = threading.Lock()
        self._sockets = set()
        self._free = threading.Event()
        self._free.set()
        self._losing = False
        self._lost = 0
        super().__init__(port)

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
        end(*sockets)

    def close(self):
        self.release()
        super().close()
        self.cut()

    def _relay(self, client, service):
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
        end(*ends)
