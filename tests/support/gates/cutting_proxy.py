"""A proxy that gives exports a clean end in the middle, as one does whose connection to the service speaks HTTP/1.0."""

import http.client
import threading

from support.servers.loopback_http import LoopbackServer

PART = 65_536


class CuttingProxy:
    """Passes requests to `port` of 127.0.0.1. Of the bodies of the first `cuts` exports only `size` bytes pass, as
    chunks that say that this is all."""

    def __init__(self, port, size, cuts=1):
        self.cuts = cuts  # still to come
        self.size = size
        self._lock = threading.Lock()
        self._server = LoopbackServer(lambda handler: self._pass(handler, port))

    @property
    def url(self):
        return self._server.url

    def close(self):
        self._server.close()

    def _room(self, path):
        with self._lock:
            if "/export" not in path or self.cuts == 0:
                return None
            self.cuts -= 1
            return self.size

    def _pass(self, handler, port):
        room = self._room(handler.path)
        service = http.client.HTTPConnection("127.0.0.1", port)
        try:
            service.request("GET", handler.path, headers={k: v for k, v in handler.headers.items() if k.startswith("X-")})
            answer = service.getresponse()
            handler.send_response(answer.status)
            for name in ("Content-Type", "X-Request-Id"):
                handler.send_header(name, answer.headers[name])
            handler.send_header("Transfer-Encoding", "chunked")
            handler.end_headers()
            while part := answer.read1(PART if room is None else min(PART, room)) if room != 0 else b"":
                room = None if room is None else room - len(part)
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            handler.wfile.write(b"0\r\n\r\n")
        except OSError:
            handler.close_connection = True
        finally:
            service.close()
