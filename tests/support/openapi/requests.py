"""Random requests from the document: some as it has them, some with one thing wrong."""

import json
import random
import re
import string
import uuid

# Texts at which programs stumble.
ODD_TEXTS = ["", " ", "0", "null", "\u0418\u0432\u0430\u043d", "日本語", "a\u0301", "\U0001f600", "'; DROP TABLE x; --", "%00", "../..", "{}", "x" * 300, "\u0000", "\u202e"]
ODD_NUMBERS = [0, 1, -1, 2**31, 2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**30, 0.5, -0.0, 1e300]
ODD_VALUES = [None, True, False, [], {}, [[]], {"a": 1}, "text", *ODD_NUMBERS, *ODD_TEXTS]
TIMES = ["2026-11-27T09:30:00Z", "2022-11-10T10:26:12.111Z", "1900-01-01T00:00:00Z", "2299-12-31T23:59:59.999Z", "2024-02-29T12:00:00+05:30"]
# One of them matches each pattern that letters and digits do not.
OF_PATTERNS = ["text/plain; charset=utf-8", "0123456789abcdefABCDEF" + "0" * 42]
OF_HEADERS = string.ascii_letters + string.digits + ' -_.:/"*,;='


def beyond(schema):
    """Values just outside the limits of a schema. Of integers and strings side by side: those outside both."""
    choices = schema.get("anyOf", [])
    if choices and all(choice.get("type") in ("integer", "string") for choice in choices):
        for choice in choices:
            yield from (value for value in beyond(choice) if value is not None)
        yield None
    types = schema.get("type", [])
    types = types if isinstance(types, list) else [types]
    if "minimum" in schema:
        yield schema["minimum"] - 1
    if "maximum" in schema:
        yield schema["maximum"] + 1
    if "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)
    if schema.get("minLength") == 1:
        yield ""
    if "enum" in schema:
        yield "nonsense"
    if schema.get("format") in ("uuid", "date-time"):
        yield "nonsense"
    if types and "null" not in types:
        yield None


class Requests:
    """Makes requests for operations of a document; the same seed makes the same ones."""

    def __init__(self, document, seed):
        self._document = document
        self._random = random.Random(seed)

    def right(self, operation, base):
        """A request that is as the document has it. `base` is the example's path, headers and arguments; what its path and
        its headers name stays."""
        method, path, arguments = base
        query = []
        for parameter in operation.parameters:
            if parameter["in"] == "query" and self._random.random() < 0.3:
                query += self._query(parameter)
        changed = {**arguments, "params": query}
        content = operation.body.get("application/json")
        if content:
            changed["data"] = json.dumps(self.value(content["schema"])).encode()
            changed["headers"] = {**arguments["headers"], "Content-Type": "application/json"}
        return method, path, changed

    def wrong(self, operation, base):
        """A request with one thing that may be wrong: in its path, its query, its headers or its body."""
        method, path, arguments = self.right(operation, base)
        ways = [self._wrong_query, self._wrong_headers]
        if "{" in operation.path:
            ways.append(self._wrong_path)
        if operation.body:
            ways += [self._wrong_body] * 4
        return self._random.choice(ways)(operation, method, path, arguments)

    def value(self, schema, depth=0):
        """A value that fits a schema."""
        schema = self._document.resolve(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        if "anyOf" in schema:
            return self.value(self._random.choice(schema["anyOf"]), depth)
        kind = schema.get("type")
        kind = self._random.choice(kind) if isinstance(kind, list) else kind
        if kind is None:
            return self._random.choice(ODD_VALUES)
        return getattr(self, f"_{kind}")(schema, depth)

    def _null(self, _schema, _depth):
        return None

    def _boolean(self, _schema, _depth):
        return self._random.random() < 0.5

    def _integer(self, schema, _depth):
        least, most = schema.get("minimum", 0), schema.get("maximum", 1000)
        return self._random.choice([least, most, self._random.randint(least, min(most, least + 1000))])

    def _array(self, schema, depth):
        least = schema.get("minItems", 0)
        size = self._random.randint(least, min(schema.get("maxItems", least + 3), least + 3))
        return [self.value(schema["items"], depth + 1) for _ in range(size)]

    def _object(self, schema, depth):
        required = schema.get("required", [])
        made = {
            name: self.value(member, depth + 1)
            for name, member in schema.get("properties", {}).items()
            if name in required or self._random.random() < 0.4
        }
        if schema.get("additionalProperties") is True and self._random.random() < 0.3:
            made[self._random.choice(["more", "ключ", "x" * 100])] = self._random.choice(ODD_VALUES)
        return made

    def _string(self, schema, _depth):
        form = schema.get("format")
        if form == "uuid":
            return str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        if form == "date-time":
            return self._random.choice(TIMES)
        least, most = schema.get("minLength", 0), min(schema.get("maxLength", 40), 64)
        letters = string.ascii_lowercase + (string.digits if "pattern" in schema else string.digits + " éИ日")
        made = "".join(self._random.choice(letters) for _ in range(self._random.randint(least, most)))
        if "pattern" in schema and not re.search(schema["pattern"], made):
            made = next(text for text in OF_PATTERNS if re.search(schema["pattern"], text))
        return made

    def _query(self, parameter):
        if parameter["schema"].get("type") == "object":
            # Its members are parameters of their own.
            names = self._random.sample(["data.a", "data.a.b", 'data."a.b"', "field.a"], 2)
            return [(name, self._random.choice([*ODD_TEXTS, "7"])) for name in names]
        value = self.value(parameter["schema"])
        values = value if isinstance(value, list) else [value]
        return [(parameter["name"], json.dumps(one) if isinstance(one, bool) else one) for one in values]

    def _wrong_query(self, operation, method, path, arguments):
        names = [one["name"] for one in operation.parameters if one["in"] == "query"]
        name = self._random.choice([*names, "unknown"]) if names else "unknown"
        value = self._random.choice([*ODD_TEXTS, *ODD_NUMBERS])
        return method, path, {**arguments, "params": [*arguments["params"], (name, value)]}

    def _wrong_headers(self, operation, method, path, arguments):
        names = [one["name"] for one in operation.parameters if one["in"] == "header"]
        name = self._random.choice([*names, "Content-Type", "Accept", "Range", "Authorization", "X-Request-Id"])
        value = "".join(self._random.choice(OF_HEADERS) for _ in range(self._random.randint(0, 80))).strip()
        return method, path, {**arguments, "headers": {**arguments["headers"], name: value}}

    def _wrong_path(self, operation, method, _path, arguments):
        path = operation.path
        for parameter in operation.parameters:
            text = self._random.choice([text for text in ODD_TEXTS if text.strip()])
            escaped = "".join(f"%{byte:02X}" for byte in text.encode())
            path = path.replace("{" + parameter["name"] + "}", escaped)
        return method, path, arguments

    def _wrong_body(self, _operation, method, path, arguments):
        body = arguments.get("data", b"")
        changed = self._random.choice([self._mutated, self._cut, self._flipped])(body)
        return method, path, {**arguments, "data": changed}

    def _mutated(self, body):
        """The JSON with one value replaced, left out or added."""
        try:
            value = json.loads(body)
        except ValueError:
            return self._cut(body)
        return json.dumps(self._mutate(value)).encode("utf-8", "surrogatepass")

    def _mutate(self, value):
        if isinstance(value, dict) and value and self._random.random() < 0.9:
            name = self._random.choice(list(value))
            how = self._random.random()
            if how < 0.2:
                return {key: one for key, one in value.items() if key != name}
            if how < 0.3:
                return {**value, "unknown": self._random.choice(ODD_VALUES)}
            return {**value, name: self._mutate(value[name])}
        if isinstance(value, list) and value and self._random.random() < 0.7:
            place = self._random.randrange(len(value))
            return [*value[:place], self._mutate(value[place]), *value[place + 1 :]]
        return self._random.choice(ODD_VALUES)

    def _cut(self, body):
        return body[: self._random.randrange(len(body) + 1)]

    def _flipped(self, body):
        if not body:
            return b"\xff"
        place = self._random.randrange(len(body))
        return body[:place] + bytes([self._random.randrange(256)]) + body[place + 1 :]
