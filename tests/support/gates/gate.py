"""A gate between Annals and ClickHouse at which one chosen statement goes wrong."""

import contextlib
import http
import http.client
import socket
import threading
import time

from support.servers.loopback_http import LoopbackServer, send_answer

LATE_SECONDS = 1.0
# Longer than what is held back of an answer's end.
PAGE = b"<p>We are back soon.</p>" * 2000


class GatedEngine:
    """A remote engine as Annals sees it, through a gate of that class; tests see it directly, and so does an instance
    that is made with `behind`."""

    kind = "remote"

    def __init__(self, engine, gate_class):
        self.behind = engine
        self.gate = gate_class(engine.server.port)
        self.directory = engine.directory
        self.sql = engine.sql
        self.release = engine.release

    def environment(self):
        return {"ANNALS_ENGINE_KIND": "remote", "ANNALS_ENGINE_ENDPOINTS": self.gate.endpoint}

    def close(self):
        self.gate.close()


class Gate:
    """An HTTP proxy to `port` of 127.0.0.1. `fail(n, how)` picks the n-th request from now:

    lost     it never arrives: the connection is closed
    unheard  it is carried out, but instead of the answer the connection is closed
    late     the connection is closed, and it is carried out a while afterwards
    ignored  it is not carried out, and answered as if it had been
    page     it is not carried out, and answered with a page and the status 200, as proxies do that wait for better times

    `fail_all(how)` picks each request, until repair().
    """

    def __init__(self, port):
        self._upstream = port
        self._lock = threading.Lock()
        self._countdown = 0
        self._how = None
        self.failed = threading.Event()
        self._late = []
        self._server = LoopbackServer(self._pass)

    @property
    def endpoint(self):
        return self._server.url

    def fail(self, number, how):
        with self._lock:
            self._countdown, self._how = number, how
            self.failed.clear()

    def fail_all(self, how):
        self.fail(-1, how)  # what counts down from there picks each and never ends

    def repair(self):
        """From here on everything passes, and what was late has been carried out."""
        with self._lock:
            self._countdown = 0
        for thread in self._late:
            thread.join()
        self._late.clear()

    def close(self):
        self._server.close()

    def _choose(self):
        with self._lock:
            if self._countdown == 0:
                return None
            self._countdown -= 1
            if self._countdown > 0:
                return None
            self.failed.set()
            return self._how

    def _pass(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        how = self._choose()
        if how == "late":
            thread = threading.Thread(target=self._carry_out_late, args=(handler, body))
            self._late.append(thread)
            thread.start()
        if how == "ignored":
            self._answer(handler, http.HTTPStatus.OK, [("X-ClickHouse-Query-Id", "1")], b"")
            return
        if how == "page":
            self._answer(handler, http.HTTPStatus.OK, [("Content-Type", "text/html")], PAGE)
            return
        reply = None if how in ("lost", "late") else self._carry_out(handler, body)
        if how is not None or reply is None:
            self._hang_up(handler)
            return
        self._answer(handler, *reply)

    @staticmethod
    def _hang_up(handler):
        handler.close_connection = True
        # Annals may have given up long ago.
        with contextlib.suppress(OSError):
            handler.connection.shutdown(socket.SHUT_RDWR)

    def _carry_out(self, handler, body):
        """The engine's answer; None if there is none for the sender."""
        connection = http.client.HTTPConnection("127.0.0.1", self._upstream, timeout=60)
        headers = {name: value for name, value in handler.headers.items() if name.lower() != "accept-encoding"}
        try:
            connection.request(handler.command, handler.path, body, headers)
            reply = connection.getresponse()
            content = reply.read()
            # A head that breaks off, as that of a server that is killed, is whole for http.client.
            if not {"content-length", "transfer-encoding"} & {name.lower() for name in reply.headers}:
                raise http.client.IncompleteRead(content)
            return reply.status, reply.getheaders(), content
        finally:
            connection.close()

    def _carry_out_late(self, handler, body):
        time.sleep(LATE_SECONDS)
        self._carry_out(handler, body)

    @staticmethod
    def _answer(handler, status, headers, content):
        passed = [(name, value) for name, value in headers if name.lower().startswith("x-") or name.lower() == "content-type"]
        send_answer(handler, status, content, passed)
