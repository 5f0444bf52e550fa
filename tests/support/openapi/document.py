"""The service's own document, and whether an answer is one that it has."""

import re
import urllib.parse
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import jsonschema

PATH = "/openapi.json"
# What is about HTTP as such rather than about an operation: the document has these answers under `default`.
OF_HTTP = {431, 501, 505}
# What is larger is not compared with its schema: that takes a second for each megabyte.
MAX_COMPARED = 100_000

DATE_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("uuid")
def _is_uuid(value):
    return not isinstance(value, str) or UUID.match(value) is not None


@FORMATS.checks("date-time")
def _is_date_time(value):
    return not isinstance(value, str) or DATE_TIME.match(value) is not None


class Operation:
    """What the document says about one method of one path."""

    def __init__(self, document, method, path, spec):
        self.document = document
        self.method = method
        self.path = path
        self.spec = spec
        self.id = spec["operationId"]
        self.parameters = spec.get("parameters", [])
        self.is_open = spec["security"] == [] and not path.startswith("/files/")
        self._pattern = re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path)))

    def __repr__(self):
        return f"{self.id} ({self.method} {self.path})"

    def matches(self, method, path):
        return method == self.method and self._pattern.fullmatch(path) is not None

    @property
    def statuses(self):
        return {int(status) for status in self.spec["responses"] if status != "default"}

    @property
    def body(self):
        """The forms of its body by content type, or nothing."""
        return self.spec.get("requestBody", {}).get("content", {})

    def answer(self, status):
        """What it says of a status, or None."""
        found = self.spec["responses"].get(str(status))
        return found and self.document.resolve(found)

    def examples(self, status, content_type="application/json"):
        content = self.answer(status).get("content", {}).get(content_type, {})
        return [example["value"] for example in content.get("examples", {}).values()]

    def problem_with(self, status, content_type, body):
        """What is wrong with an answer, or None. `body` None: it is not looked at."""
        answer = self.answer(status)
        if answer is None:
            return f"the document has no {status}"
        content = answer.get("content", {})
        if not body:
            return None
        kind = content_type.split(";")[0].strip()
        form = content.get(kind) or next((content[other] for other in content if other.startswith("*/*")), None)
        form = form or next((content[other] for other in content if other.split(";")[0] == kind), None)
        if form is None:
            return f"the document has {sorted(content)} for {status}, not {kind}"
        if kind != "application/json" or len(body) > MAX_COMPARED:
            return None
        return self.document.mismatch(form["schema"], body)


class Document:
    """An OpenAPI document; objects of answers may have no members but those that it names."""

    def __init__(self, content):
        self.content = content
        self._strict = _closed(content)
        self.operations = [
            Operation(self, method.upper(), path, spec)
            for path, methods in content["paths"].items()
            for method, spec in methods.items()
        ]

    def resolve(self, part):
        while "$ref" in part:
            found = self.content
            for name in part["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            part = {**found, **{key: value for key, value in part.items() if key != "$ref"}}
        return part

    def operation(self, operation_id):
        return next(one for one in self.operations if one.id == operation_id)

    def find(self, method, path):
        """The operation of a request, or None. A path without parameters comes before one with."""
        found = [one for one in self.operations if one.matches(method, path)]
        found = found or [one for one in self.operations if method == "HEAD" and one.matches("GET", path)]
        return min(found, key=lambda one: one.path.count("{"), default=None)

    def mismatch(self, schema, body, strict=True):
        """Why the value does not fit the schema, or None."""
        root = self._strict if strict else self.content
        checker = jsonschema.Draft202012Validator(
            _closed(schema) if strict else schema,
            resolver=jsonschema.RefResolver("", root),
            format_checker=FORMATS,
        )
        error = next(checker.iter_errors(body), None)
        return error and f"{'/'.join(str(part) for part in error.absolute_path)}: {error.message[:300]}"


def _closed(schema):
    """The same with no other members than those that are named, unless it says so."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


class Recorder:
    """Compares answers with the document, and remembers which of its answers it has seen."""

    def __init__(self, document=None):
        self.document = document
        self.seen = {}  # (operationId, status) → the texts under `detail`

    def learn(self, annals):
        """Reads the document of a service, if it may have more than the one that is known: only local files have
        routes."""
        has_files = self.document and self.document.find("PUT", "/files/a/b")
        if self.document is None or (annals.files.kind == "local" and not has_files):
            self.document = Document(annals.get(PATH, key=None).json())

    def check(self, method, url, reply, streamed=False):
        """Refuses an answer that the document does not have. `reply` as requests gives it."""
        if self.document is None:
            return
        path = urllib.parse.unquote(urllib.parse.urlsplit(url).path)
        operation = self.document.find(method, path)
        if operation is None or reply.status_code in OF_HTTP or _is_of_no_route(reply, streamed):
            return
        is_json = reply.headers.get("Content-Type", "") == "application/json"
        unread = streamed or method == "HEAD" or _has_numbers_as_strings(url, reply)
        body = None if unread else reply.json() if is_json and reply.content else reply.content
        self.note(operation, reply.status_code, reply.headers.get("Content-Type", ""), body)

    def note(self, operation, status, content_type, body):
        """The same for an answer that was taken apart. `body` None: it was not read."""
        problem = operation.problem_with(status, content_type, body)
        assert problem is None, f"{operation}, {status}: {problem}\n{str(body)[:500]}"
        details = self.seen.setdefault((operation.id, status), set())
        if isinstance(body, dict) and isinstance(body.get("detail"), str):
            details.add(body["detail"])


def _has_numbers_as_strings(url, reply):
    """The schemas are those of `numbers=number`."""
    asked = getattr(reply.request, "headers", {}) if hasattr(reply, "request") else {}
    return "numbers=string" in url or asked.get("X-Annals-Numbers") == "string"


def _is_of_no_route(reply, streamed):
    """A service that has no such route, for example no local files."""
    return not streamed and reply.status_code == 404 and reply.text == '{"detail":"Not Found"}'
