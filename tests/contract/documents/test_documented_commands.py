"""The commands in the documents: none leads whoever pastes it to send a key along to the file store."""

import re
import shutil
import urllib.parse

import pytest

from support import paths
from support.annals import API_KEY
from support.gates.relay import Relay
from support.machine.processes import run
from support.samples.documents import blocks

DOCUMENTS = [paths.ROOT / "README.md", *sorted((paths.ROOT / "docs").glob("*.md")), paths.ROOT / "clients" / "typescript" / "README.md"]
SHELL = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)
FUNCTION = re.compile(r"^\s*(\w+)\(\) *\{.*?\b(curl\s.*?)\"\$@\".*$", re.MULTILINE)
END_OF_COMMAND = re.compile(r"\s\||\|\||&&|;\s|\n")
# -L after any options that take no value, as in -sSL.
FOLLOWS = re.compile(r"\s(?:-[0-9aBfgGiIjJklMnNOpqRsSvVZ#]*L|--location\S*|--follow)(?=\s|$)")
KEY = re.compile(r"X-API-Key|X-Client-Secret|Authorization|\s--oauth2-bearer\s|\s(?:-u|--user)\s", re.IGNORECASE)
FILE_URL = re.compile(r"\b(?:file_url|upload_url)\b")


def curl_commands(block):
    """The commands of a block of shell that run curl. A function that passes its arguments to curl is replaced by what it
    adds to them."""
    text = re.sub(r"^\s*#.*", "", block.replace("\\\n", " "), flags=re.MULTILINE)
    added = dict(FUNCTION.findall(text))
    begins = re.compile(rf"\b(?:{'|'.join(['curl', *added])})(?=\s)")
    starts = [found.start() for found in begins.finditer(text)]
    parts = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)])]
    commands = [END_OF_COMMAND.split(part)[0] for part in parts]
    return [re.sub(r"^\w+", lambda name: added.get(name[0], name[0]), command) for command in commands]


def leaks(block):
    """The commands of a block that take a key along a redirect, or to the URL of a file."""
    keyed = (command for command in curl_commands(block) if KEY.search(command))
    return [command for command in keyed if FOLLOWS.search(command) or FILE_URL.search(command)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(paths.ROOT)))
def test_no_command_of_a_document_takes_a_key_to_the_file_store(document):
    found = [leak for block in SHELL.findall(document.read_text()) for leak in leaks(block)]

    assert found == [], f"expected that a key goes along no redirect and to no URL of a file, got {found}"


def test_the_documents_have_commands_with_keys_and_commands_without():
    shown = [block for document in DOCUMENTS for block in SHELL.findall(document.read_text())]
    commands = [command for block in shown for command in curl_commands(block)]

    with_key = [command for command in commands if KEY.search(command)]
    assert len(with_key) > 20, f"expected to find the commands with a key, got {with_key}"
    of_files = [command for command in commands if FILE_URL.search(command)]
    assert len(of_files) >= 3, f"expected to find an upload and two downloads, got {of_files}"


@pytest.mark.parametrize(
    "block",
    [
        'curl -sSL -H "X-API-Key: $key" $url/api/history/events/$event/file',
        'curl -s $url/api/history/events/$event/file \\\n  -H "X-API-Key: $key" --location -o file',
        'curl --location-trusted -H "x-client-secret: $secret" $url/x | head',
        'call() { curl -sS -H "X-API-Key: $key" "$@"; }\ncall -L "$url/api/history/events/$id/file"',
        'call() { curl -sSL "$@"; }\ncall -H "Authorization: Bearer $token" "$url/api/history/events/$id/file"',
        'url=$(true) && curl -T a.txt -H "X-API-Key: $key" "$(show -r .upload_url)"',
        'call() { curl -H "X-API-Key: $key" "$@"; }\ncall "$file_url"',
    ],
)
def test_a_command_that_takes_a_key_along_would_be_found(block):
    assert len(leaks(block)) == 1, f"expected that it is found, got {leaks(block)} of {curl_commands(block)}"


# --- what the examples send ---


@pytest.fixture
def bucket(make):
    """A service with its files in S3, and what was sent to the S3 server, by it and by its clients."""
    files = make.files()
    heard = []
    relay = Relay(urllib.parse.urlsplit(files.server.endpoint).port, hear=heard.append)
    annals = make.annals(files=files, environment={"ANNALS_FILES_S3_ENDPOINT": relay.url})
    yield annals, heard
    relay.close()


def expect_files_without_a_key(heard):
    sent = b"".join(heard)
    for method in (b"PUT", b"GET"):
        assert re.search(rb"^%s \S*X-Amz-Signature=" % method, sent, re.MULTILINE), f"expected a presigned {method} at the bucket"
    assert API_KEY.encode() not in sent, "expected that the key does not get to the bucket"


def test_the_tour_sends_no_key_to_the_bucket(bucket):
    annals, heard = bucket
    (annals.data / "api_key").write_text(API_KEY + "\n")
    shutil.copy(paths.ROOT / "README.md", annals.directory)
    tour = re.search(r"## A tour\n.*?```sh\n(.*?)```", (paths.ROOT / "README.md").read_text(), re.DOTALL)[1]
    command = f"cd '{annals.directory}' && {tour}".replace("http://127.0.0.1:8080", annals.url)

    ended = run(["sh", "-c", command], {})

    assert ended.returncode == 0, f"expected that the tour passes, got {ended}"
    expect_files_without_a_key(heard)


def test_the_example_with_curl_sends_no_key_to_the_bucket(bucket):
    annals, heard = bucket

    example = blocks(paths.ROOT / "docs" / "clients.md", "sh")
    ended = run(["sh", "-c", example], {"ANNALS_URL": annals.url, "ANNALS_KEY": API_KEY})

    assert ended.returncode == 0, f"expected that the example works, got {ended}"
    expect_files_without_a_key(heard)
