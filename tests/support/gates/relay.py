"""A relay between a client and a service that holds the bytes back after so many: what runs then is midway."""

import threading

from support.gates.relaying import PART, Relaying, end


class Relay(Relaying):
    """Relays connections to `port` of 127.0.0.1. Of all connections together only `up` bytes pass to the service, or
    `down` bytes to the client, until release(); None: all. `hear` is called with each part that a client has sent."""

    def __init__(self, port, up=None, down=None, hear=None):
        self._hear = hear
        self._room = {"up": up, "down": down}
        self._lock = threading.Lock()
        self._released = threading.Event()
        super().__init__(port)

    def release(self):
        self._released.set()

    def close(self):
        self.release()
        super().close()

    def _relay(self, client, service):
        for source, target, way in ((client, service, "up"), (service, client, "down")):
            threading.Thread(target=self._pass, args=(source, target, way), daemon=True).start()

    def _pass(self, source, target, way):
        try:
            while part := source.recv(PART):
                if way == "up" and self._hear:
                    self._hear(part)
                self._wait_for_room(way, len(part))
                target.sendall(part)
        except OSError:
            pass
        # A side that is gone takes the other with it.
        end(source, target)

    def _wait_for_room(self, way, size):
        with self._lock:
            room = self._room[way]
            if room is None:
                return
            self._room[way] = room - size
        if size > room:
            self._released.wait()
