"""The bodies of error responses, as the contract words them."""

UNAUTHORIZED_KEY = {"detail": "Unauthorized API Key."}
UNAUTHORIZED_CLIENT = {"detail": "Unauthorized Client."}
NO_SUCH_CLIENT = {"detail": "Failed to connect to tenant db."}
CLIENT_EXISTS = {"detail": "Client already exist."}
TENANT_NOT_FOUND = {"detail": "Tenant not found."}
NOT_FOUND = {"detail": "Not Found"}
METHOD_NOT_ALLOWED = {"detail": "Method Not Allowed"}
UNAVAILABLE = {"detail": "History database is unavailable."}

DATABASE_PATTERN = "^[A-Za-z0-9_][A-Za-z0-9_-]*$"
NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f]*$"


def files_not_deleted(label):
    return {"detail": f"Tenant:{label} files not deleted."}


def problem(loc, msg, kind, **ctx):
    return {"loc": list(loc), "msg": msg, "type": kind, **({"ctx": ctx} if ctx else {})}


def missing(*loc):
    return problem(loc, "field required", "value_error.missing")


def null(*loc):
    return problem(loc, "none is not an allowed value", "type_error.none.not_allowed")


def not_a_string(*loc):
    return problem(loc, "str type expected", "type_error.str")


def not_a_dict():
    return problem(["body"], "value is not a valid dict", "type_error.dict")


def too_long(*loc, limit):
    msg = f"ensure this value has at most {limit} characters"
    return problem(loc, msg, "value_error.any_str.max_length", limit_value=limit)


def too_short(*loc):
    msg = "ensure this value has at least 1 characters"
    return problem(loc, msg, "value_error.any_str.min_length", limit_value=1)


def not_matching(*loc, pattern=DATABASE_PATTERN):
    return problem(loc, f'string does not match regex "{pattern}"', "value_error.str.regex", pattern=pattern)


def not_an_integer(*loc):
    return problem(loc, "value is not a valid integer", "type_error.integer")


def too_small(*loc, limit):
    msg = f"ensure this value is greater than or equal to {limit}"
    return problem(loc, msg, "value_error.number.not_ge", limit_value=limit)


def too_large(*loc, limit):
    msg = f"ensure this value is less than or equal to {limit}"
    return problem(loc, msg, "value_error.number.not_le", limit_value=limit)


def expect(reply, status, body):
    """The exact status and JSON body."""
    assert reply.status_code == status, f"expected {status} {body}, got {reply.status_code} {reply.text}"
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.json() == body


def expect_invalid(reply, *problems):
    """422 with exactly these problems in this order."""
    expect(reply, 422, {"detail": list(problems)})
