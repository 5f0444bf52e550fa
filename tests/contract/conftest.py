"""Every answer of these tests must be one that the service's own document has."""

import time

import pytest

from support.annals import Annals
from support.gates.gate import Gate
from support.names import unique_name
from support.openapi.document import Recorder

# What a service that stops has for each kind of what is still to be stored or sent.
LAST_SECONDS = 1.0
STOPS = 3

_recorder = Recorder()


@pytest.fixture(scope="module", autouse=True)
def documented_answers():
    """Refuses answers that the document does not have, of every service that these tests start."""
    Annals.observer = _recorder
    yield _recorder
    Annals.observer = None


@pytest.fixture
def tenant(annals):
    """A new tenant of the service that the tests of a file use."""
    return annals.initialise(unique_name())


@pytest.fixture
def gate(any_annals):
    """A gate between the commands and a service."""
    gate = Gate(any_annals.port)
    yield gate
    gate.close()


@pytest.fixture
def after_a_stop():
    """Stops a service and returns what is found then: after_a_stop(prepare), of which `prepare` makes the service, and
    returns it with what looks. If nothing is found after a stop so slow that its time may have been over, begins again."""

    def stop(prepare):
        for _ in range(STOPS):
            annals, look = prepare()
            began = time.monotonic()
            annals.terminate()
            was_slow = time.monotonic() - began >= LAST_SECONDS
            found = look()
            if found or not was_slow:
                break
        return found

    return stop
