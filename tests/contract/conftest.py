"""Every answer of these tests must be one that the service's own document has."""

import pytest

from support.annals import Annals
from support.openapi import Recorder

_recorder = Recorder()


@pytest.fixture(scope="module", autouse=True)
def documented_answers():
    """Refuses answers that the document does not have, of every service that these tests start."""
    Annals.observer = _recorder
    yield _recorder
    Annals.observer = None
