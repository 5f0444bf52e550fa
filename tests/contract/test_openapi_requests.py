"""Random requests from the document: whatever is sent, the answer is one that the document has, and none is a 500."""

import os

import pytest

from support.document_requests import Requests
from support.document_story import Story
from support.openapi import PATH, Document

# ANNALS_REQUEST_SEED and ANNALS_REQUESTS choose others, and more of them.
SEED = int(os.environ.get("ANNALS_REQUEST_SEED", "20261127"))
NUMBER = int(os.environ.get("ANNALS_REQUESTS", "40"))
# It lasts until the tenant is deleted, and its answer is no JSON.
ENDLESS = {"tailEvents"}
# After these the others would find less to do, so they come last.
CHANGING = ("rotateTenantSecret", "changeKey", "changeTenant", "deleteKey", "deleteTenant")


class Place:
    """A service with something to ask for, and what its examples are sent as."""

    def __init__(self, make, directory):
        self.annals = make.annals(environment={"ANNALS_BACKUP_DIRECTORY": str(directory / "backups")})
        self.document = Document(self.annals.get(PATH, key=None).json())
        self.story = Story(self.annals, self.document)
        for operation_id in ("initializeTenant", "createEvents", "createKey", "createBackup"):
            self.story.tell(operation_id)

    @property
    def operations(self):
        calm = [one for one in self.document.operations if one.id not in CHANGING]
        return [*calm, *(self.document.operation(operation_id) for operation_id in CHANGING)]

    def send(self, operation, request):
        method, path, arguments = request
        reply = self.annals.request(method, path, **{**arguments, "allow_redirects": False, "stream": operation.id in ENDLESS})
        reply.close()
        return reply


@pytest.fixture(scope="module")
def place(module_make, tmp_path_factory):
    return Place(module_make, tmp_path_factory.mktemp("requests"))


def text_of(request):
    method, path, arguments = request
    return f"{method} {path} {arguments.get('params')} {arguments.get('headers')} {arguments.get('data', b'')[:1000]!r}"


def test_random_requests_find_no_500_and_no_answer_that_is_not_documented(place):
    kinds = {"right": set(), "wrong": set()}
    for operation in place.operations:
        requests = Requests(place.document, f"{SEED} {operation.id}")
        base = place.story.request_of(operation)
        for number in range(NUMBER):
            kind = "right" if number % 2 else "wrong"
            request = getattr(requests, kind)(operation, base)
            try:
                reply = place.send(operation, request)
            except AssertionError as error:
                pytest.fail(f"{error}\nof: {text_of(request)}")
            assert reply.status_code != 500, f"{operation}: a fault of the service at {text_of(request)}"
            kinds[kind].add((operation.id, reply.status_code))
    assert place.annals.running and "request failed" not in place.annals.log
    statuses = {status for _, status in kinds["right"]}
    assert {200, 201, 202} <= statuses, f"expected that what is right is done, got {sorted(statuses)}"
    assert {400, 404, 422} <= {status for _, status in kinds["wrong"]}
