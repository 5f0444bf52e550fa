"""The problems that only events have, as the contract words them; the others are in support.answers.problems."""

from support.answers.problems import problem


def not_a_uuid(*loc):
    return problem(loc, "value is not a valid uuid", "type_error.uuid")


def not_a_time(*loc):
    return problem(loc, "invalid datetime format", "value_error.datetime")


def not_storable(*loc):
    msg = "ensure this value is from 1900-01-01T00:00:00.000Z to 2299-12-31T23:59:59.999Z"
    return problem(loc, msg, "value_error.datetime")


def repeated(*loc):
    return problem(loc, "field given more than once", "value_error.repeated")


def not_among(*loc, permitted):
    listed = ", ".join(f"'{value}'" for value in permitted)
    return problem(loc, f"value is not a valid enumeration member; permitted: {listed}", "type_error.enum")


def expect_not_json(reply, loc, secret=None):
    """422 with one problem, at an offset within `loc`, that does not echo `secret`."""
    assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
    (found,) = reply.json()["detail"]
    assert found["type"] == "value_error.jsondecode", f"expected a document that is not JSON, got {found}"
    *place, offset = found["loc"]
    assert place == list(loc) and isinstance(offset, int), f"expected {loc} and an offset, got {found['loc']}"
    assert f"char {offset}" in found["msg"], f"expected the place in the message, got {found['msg']!r}"
    assert secret is None or secret not in reply.text, "expected that the document is not echoed"
