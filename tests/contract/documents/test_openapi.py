"""The document at /openapi.json: it is valid, it says what the routes say, and its examples are true."""

import gzip
import json
import shutil
import subprocess

import pytest

from support import paths
from support.openapi.document import PATH, Document
from support.openapi.story import Story
from support.servers.engines import needs_engine_library

CHECKER = paths.ROOT / "tests" / "support" / "openapi" / "validator"
SECONDS = 60


@pytest.fixture
def document(any_annals):
    return Document(any_annals.get(PATH, key=None).json())


def contents_of(document):
    """Every body of the document: (where, the content type, what is said of it)."""
    for operation in document.operations:
        for kind, content in operation.body.items():
            yield f"{operation}, body", kind, content
        for status, answer in operation.spec["responses"].items():
            for kind, content in document.resolve(answer).get("content", {}).items():
                yield f"{operation}, {status}", kind, content


def test_it_is_valid_openapi_3_1(document, tmp_path):
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document.content))
    command = [shutil.which("node"), CHECKER / "validate.mjs", file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, f"expected it to be valid: {done.stdout[:3000]} {done.stderr[:3000]}"
    assert json.loads(done.stdout) == {"version": "3.1", "valid": True}


def test_it_needs_no_key_and_is_kept_and_compressed(any_annals):
    def get(**headers):
        return any_annals.get(PATH, key=None, headers={"Accept-Encoding": "identity", **headers}, stream=True)

    plain = get()
    assert (plain.status_code, plain.headers["Content-Type"]) == (200, "application/json")
    packed = get(**{"Accept-Encoding": "gzip"})
    raw = packed.raw.read(decode_content=False)
    assert packed.headers["Content-Encoding"] == "gzip" and gzip.decompress(raw) == plain.content
    assert get(**{"Accept-Encoding": "gzip, zstd"}).headers["Content-Encoding"] == "zstd"
    assert "Content-Encoding" not in get(**{"Accept-Encoding": "gzip;q=0"}).headers
    for reply in (plain, packed):
        again = get(**{"If-None-Match": reply.headers["ETag"], "Accept-Encoding": reply.headers.get("Content-Encoding", "identity")})
        assert (again.status_code, again.content) == (304, b""), f"expected 304, got {again.status_code}"
    head = any_annals.request("HEAD", PATH, key=None, headers={"Accept-Encoding": "identity"})
    assert head.headers["Content-Length"] == str(len(plain.content))


def test_it_stands_behind_the_path_of_the_public_url(make):
    annals = make.annals(environment={"ANNALS_SERVER_PUBLIC_URL": "https://platform.example/annals"})
    assert annals.get(PATH, key=None).json()["servers"] == [{"url": "/annals"}]


def test_with_files_in_s3_it_has_no_route_for_their_content(make):
    annals = make.annals(files="s3")
    paths = annals.get(PATH, key=None).json()["paths"]
    assert "/api/files/upload-url" in paths and not [path for path in paths if path.startswith("/files")]


def test_every_operation_names_itself_its_resource_and_who_may_call(document):
    ids = [operation.id for operation in document.operations]
    assert len(ids) == len(set(ids)) > 30
    tags = {tag["name"] for tag in document.content["tags"]}
    for operation in document.operations:
        assert operation.spec["summary"].endswith(".") and set(operation.spec["tags"]) <= tags, operation
        assert operation.is_open or "may call" in operation.spec["description"], operation


def test_every_example_fits_what_is_said_of_it(document):
    shown = 0
    for place, kind, content in contents_of(document):
        for example in content.get("examples", {}).values():
            problem = document.mismatch(content["schema"], example["value"]) if kind.endswith("json") else None
            assert problem is None, f"{place}: {problem}"
            shown += 1
    for operation in document.operations:
        for parameter in operation.parameters:
            if "example" in parameter:
                problem = document.mismatch(parameter["schema"], parameter["example"])
                assert problem is None, f"{operation}, {parameter['name']}: {problem}"
    assert shown > 100


def test_every_error_has_an_example(document):
    for place, kind, content in contents_of(document):
        status = place.rsplit(", ", 1)[1]
        if kind == "application/json" and (status.startswith(("4", "5")) or status == "default"):
            assert content.get("examples"), f"{place} has none"


@needs_engine_library  # the example of /readyz has the journal, which is beside the embedded engine only
def test_its_examples_are_answered_as_it_shows(make, tmp_path):
    annals = make.annals(environment={"ANNALS_BACKUP_DIRECTORY": str(tmp_path / "backups")})
    Story(annals, Document(annals.get(PATH, key=None).json())).tell_whole()
