"""Authorities that issue certificates, and a service that has one of them."""

import pytest

from support.clients.tls import settings, start
from support.machine.certificates import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def other_authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("other"), "another authority")


@pytest.fixture(scope="module")
def annals(module_make, authority):
    """A service with TLS, shared by the tests of one file."""
    return start(module_make, authority, settings(authority.issue()))
