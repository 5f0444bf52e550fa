"""An S3 server that gives out temporary credentials, and a service that fetches them."""

import pytest

from support.servers.files import S3Server
from support.servers.s3_credentials import Place


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The S3 server of this worker that gives out temporary credentials."""
    made = S3Server(tmp_path_factory.mktemp("s3") / "server", sessions=True)
    yield made
    made.close()


@pytest.fixture
def place(make, server, tmp_path):
    made = Place(make, server, tmp_path)
    yield made
    made.aws.close()
