"""Viewer tokens: how tests make them and use them."""

import base64
import json

PATH = "/api/viewer-tokens"
PREFIX = "annals_viewer_"


def post_token(annals, tenant, key=None, headers=None, **fields):
    """Asks for a token. `key` None: with the platform's key; the tenant's secret goes into `headers`."""
    arguments = {} if key is None and not headers else {"key": key}
    body = {"client_id": tenant["client_id"], "filter": {}, **fields}
    return annals.request("POST", PATH, json=body, headers=headers, **arguments)


def new_token(annals, tenant, filter=None, permissions=("history", "files"), **arguments):
    """Makes a token, which must succeed; returns it."""
    reply = post_token(annals, tenant, filter=filter or {}, permissions=list(permissions), **arguments)
    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"
    assert set(reply.json()) == {"token", "expires_at"}
    return reply.json()["token"]


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def view(annals, token, path, method="GET", **arguments):
    """A request with nothing but the token."""
    headers = {**bearer(token), **arguments.pop("headers", {})}
    return annals.request(method, path, key=None, headers=headers, **arguments)


def content_of(token):
    """What is in a token, as its holder can read it: the version, the client id and the rest."""
    text = token.removeprefix(PREFIX)
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return data[0], data[1:17].hex(), json.loads(data[17:-32])


def altered(token):
    """The token with another signature."""
    return token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:]
