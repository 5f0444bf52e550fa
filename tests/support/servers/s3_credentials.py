"""A service whose credentials of S3 come from where AWS gives them out.

STS, the container's endpoint and the instance's metadata are fakes on loopback; what they give out are real temporary
credentials of the real S3 server.
"""

import datetime
import urllib.parse

import pytest

from support.clients.file_links import download_url, fetch, new_upload, put
from support.servers.aws_endpoints import AwsEndpoints
from support.servers.files import S3Files

UNAVAILABLE = {"detail": "File store is unavailable."}
CONTENT = b"content of a file"
# No keys in the environment, and no profile.
NO_KEYS = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": "/nonexistent"}
KINDS = ("web identity", "container", "instance")
TRIES = 5


class Place:
    """A service with its files in S3, and the endpoints that give it credentials."""

    def __init__(self, make, server, directory, through_proxy=False):
        self._make = make
        self.files = S3Files(server, through_proxy)
        self.aws = AwsEndpoints(self.files.server.new_session)
        self.token_file = directory / "token"
        self.token_file.write_text("token-1")

    def environment(self, kind, **more):
        found = {
            "web identity": lambda: self.aws.web_identity(self.token_file),
            "container": self.aws.container,
            "instance": self.aws.instance,
        }[kind]()
        return {**NO_KEYS, **found, **more}

    def start(self, kind, ready=True, **more):
        annals = self._make.annals(files=self.files, environment=self.environment(kind, **more), start=False)
        return annals.start(ready=ready)

    def fetches(self):
        return len(self.aws.issued)


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def token_of(url):
    return query_of(url)["X-Amz-Security-Token"]


def has_expired(url):
    query = query_of(url)
    signed = datetime.datetime.strptime(query["X-Amz-Date"] + "+0000", "%Y%m%dT%H%M%SZ%z")
    life = datetime.timedelta(seconds=int(query["X-Amz-Expires"]))
    return datetime.datetime.now(datetime.timezone.utc) >= signed + life


def used_in_time(give_out, use):
    """What a URL is answered with. Links live for a second here and there; one that a busy machine used too late is replaced."""
    for _ in range(TRIES):
        url = give_out()
        reply = use(url)
        if reply.status_code != 403 or not has_expired(url):
            return reply
    pytest.fail("expected to use a URL before it expires")


def expect_round_trip(annals, tenant):
    """A file goes up and comes back through the URLs that the service gives out now."""
    made = {}

    def upload():
        made.update(new_upload(annals, tenant))
        return made["upload_url"]

    used_in_time(upload, lambda url: put(url, CONTENT)).raise_for_status()
    fetched = used_in_time(lambda: download_url(annals, tenant, made["file_id"]), fetch)
    assert fetched.content == CONTENT, f"expected the file, got {fetched.status_code} {fetched.text}"
    return made["upload_url"]


def expect_no_secret(annals, place):
    for _, secret_key, token in place.aws.issued:
        assert secret_key not in annals.log and token not in annals.log, "expected no secret in the log"
