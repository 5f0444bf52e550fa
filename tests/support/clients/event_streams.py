"""A client of GET /api/history/tail: server-sent events, read with a deadline."""

import json
import time

import pytest
import requests

from support.waiting import TIMEOUT_SECONDS

TAIL = "/api/history/tail"


class Tail:
    """One open stream. It is connected, and so misses nothing from then on, when the constructor returns."""

    def __init__(self, annals, tenant, last_event_id=None, **query):
        headers = {"X-Client-Id": tenant["client_id"]}
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        self._reply = annals.get(TAIL, headers=headers, params=query, stream=True, timeout=TIMEOUT_SECONDS)
        assert self._reply.status_code == 200, f"expected 200, got {self._reply.status_code} {self._reply.text}"
        self.headers = self._reply.headers
        self.last_id = None
        self.ids = []
        self.texts = []
        self.retry = None
        self.farewell = None
        self._lines = self._reply.iter_lines(chunk_size=None, delimiter=b"\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._reply.close()

    def lines(self):
        """The lines of the stream as they come."""
        return self._lines

    def read(self, count):
        """The next `count` events as they came; their ids are added to `ids`, their JSON to `texts`."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        before = len(self.texts)
        for line in self._lines:
            self.take(line)
            if len(self.texts) == before + count:
                return [json.loads(text) for text in self.texts[before:]]
            if time.monotonic() > deadline:
                break
        got = len(self.texts) - before
        pytest.fail(f"expected {count} events within {TIMEOUT_SECONDS} s, got {got}: {self.texts[before:]}"[:2000])

    def read_to_end(self):
        """Events until the service ends the stream, which must come in time."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        before = len(self.texts)
        try:
            for line in self._lines:
                self.take(line)
                if time.monotonic() > deadline:
                    pytest.fail(f"expected the stream to end within {TIMEOUT_SECONDS} s")
        except requests.exceptions.ChunkedEncodingError:
            pass  # an end without the last chunk is an end too
        except requests.ConnectionError as error:
            pytest.fail(f"expected the stream to end within {TIMEOUT_SECONDS} s: {error}")
        return [json.loads(text) for text in self.texts[before:]]

    def read_in_order_to_the_end(self):
        """Events until the service ends the stream with its last chunk."""
        before = len(self.texts)
        for line in self._lines:
            self.take(line)
        return [json.loads(text) for text in self.texts[before:]]

    def take(self, line):
        """Notes what a line says."""
        field, colon, value = line.decode().partition(": ")
        if field == "id":
            self.last_id = value  # without data it is no event, but where a client resumes
        elif field == "data":
            self.ids.append(self.last_id)
            self.texts.append(value)
        elif field == "retry":
            self.retry = int(value)
        elif line != b"":
            assert field == "" and colon, f"expected id, data, retry or a comment, got {line!r}"
            if value.startswith("the end"):
                self.farewell = value
