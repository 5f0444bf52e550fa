"""A tenant of whose life the audit trail tells."""

import pytest

from support.names import unique_name


@pytest.fixture
def tenant(annals):
    return annals.initialise(unique_name())
