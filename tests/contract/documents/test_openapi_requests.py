"""Random requests from the document: whatever is sent, the answer is one that the document has, and none is a 500."""

import json
import os

import pytest

from support.openapi.document import PATH, Document
from support.openapi.requests import Requests, beyond
from support.openapi.story import Story

# ANNALS_REQUEST_SEED and ANNALS_REQUESTS choose others, and more of them.
SEED = int(os.environ.get("ANNALS_REQUEST_SEED", "20261127"))
NUMBER = int(os.environ.get("ANNALS_REQUESTS", "40"))
# It lasts until the tenant is deleted, and its answer is no JSON.
ENDLESS = {"tailEvents"}
# Texts that only the service can make, so that none of ours is right.
MADE_BY_THE_SERVICE = {"cursor", "after", "last-event-id"}
# Fields that others need or exclude, or that name what the engine knows, which the document says in words.
BOUND_TO_OTHERS = {"countEvents": {"tz"}, "restoreBackup": {"client_id"}, "listEvents": {"offset"}, "getUploadUrl": {"size"}}
# After these the others would find less to do, so they come last.
CHANGING = ("rotateTenantSecret", "changeKey", "changeTenant", "deleteKey", "deleteBackup", "deleteTenant")


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
        if reply.status_code != 200:
            assert reply.content is not None  # it has an end
        reply.close()
        return reply


@pytest.fixture
def place(make, tmp_path):
    return Place(make, tmp_path)


def text_of(request):
    method, path, arguments = request
    return f"{method} {path} {arguments.get('params')} {arguments.get('headers')} {arguments.get('data', b'')[:1000]!r}"


def refused_fields(reply):
    """What an answer of 422 finds wrong."""
    return {problem["loc"][-1] for problem in reply.json()["detail"]} if reply.status_code == 422 else set()


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
            if kind == "right":
                surprising = refused_fields(reply) - MADE_BY_THE_SERVICE - BOUND_TO_OTHERS.get(operation.id, set())
                assert not surprising, f"{operation}: {surprising} of what the document permits:\n{text_of(request)}\n{reply.text}"
            kinds[kind].add((operation.id, reply.status_code))
    assert place.annals.running and "request failed" not in place.annals.log
    statuses = {status for _, status in kinds["right"]}
    assert {200, 201, 202} <= statuses, f"expected that what is right is done, got {sorted(statuses)}"
    assert {400, 404, 422} <= {status for _, status in kinds["wrong"]}


def expect_refused(operation, name, value, reply):
    fields = {part for problem in reply.json()["detail"] for part in problem["loc"]} if reply.status_code == 422 else set()
    assert name in fields, f"{operation}: expected 422 for {name} {value!r}, got {reply.status_code} {reply.text}"


def test_what_is_beyond_a_limit_of_a_parameter_is_refused(place):
    tried = 0
    for operation in place.operations:
        method, path, arguments = place.story.request_of(operation)
        for parameter in operation.parameters:
            schema = parameter["schema"].get("items", parameter["schema"])
            values = [value for value in beyond(schema) if value is not None]
            for value in values if parameter["in"] == "query" else []:
                reply = place.send(operation, (method, path, {**arguments, "params": [(parameter["name"], value)]}))
                expect_refused(operation, parameter["name"], value, reply)
                tried += 1
    assert tried > 60


def test_what_is_beyond_a_limit_of_a_body_is_refused(place):
    tried = 0
    for operation in place.operations:
        if "application/json" not in operation.body:
            continue
        method, path, arguments = place.story.request_of(operation)
        schema = place.document.resolve(operation.body["application/json"]["schema"])
        schema = place.document.resolve(schema["anyOf"][0]) if "anyOf" in schema else schema
        body = json.loads(arguments["data"])
        for name, member in schema["properties"].items():
            if member.get("description") == "Not looked at.":
                continue
            for value in beyond(member):
                reply = place.send(operation, (method, path, {**arguments, "data": json.dumps({**body, name: value}).encode()}))
                expect_refused(operation, name, value, reply)
                tried += 1
        if schema.get("additionalProperties") is False:
            reply = place.send(operation, (method, path, {**arguments, "data": json.dumps({**body, "unknown": 1}).encode()}))
            expect_refused(operation, "unknown", 1, reply)
    assert tried > 30
