"""Platform keys that are made over the API."""

PATH = "/api/keys"
UNAUTHORIZED_ROLE = {"detail": "Not allowed for this key."}
KEY_NOT_FOUND = {"detail": "Key not found."}
SUSPENDED = {"detail": "Client is suspended."}


def new_key(annals, role="admin", **fields):
    """Makes a key, which must succeed; returns the answer's body."""
    reply = annals.request("POST", PATH, json={"name": "a test's", "role": role, **fields})
    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"
    return reply.json()


def change_key(annals, key, **fields):
    return annals.request("PATCH", f"{PATH}/{key['key_id']}", json=fields)


def delete_key(annals, key):
    return annals.request("DELETE", f"{PATH}/{key['key_id']}")


def change_tenant(annals, tenant, **arguments):
    return annals.request("PATCH", f"/api/tenants/{tenant['client_id']}", json=arguments)


def suspend(annals, tenant, suspended=True):
    reply = change_tenant(annals, tenant, suspended=suspended)
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.json()
