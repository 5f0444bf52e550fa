"""Every route with every kind of caller, for a tenant of the caller's, another's and a suspended one."""

import pytest

from support.answers.problems import NO_SUCH_CLIENT, TENANT_NOT_FOUND, UNAUTHORIZED_CLIENT, UNAUTHORIZED_KEY
from support.clients.keys import SUSPENDED, UNAUTHORIZED_ROLE, change_key, delete_key, new_key, suspend
from support.clients.viewer_tokens import bearer, new_token, view
from support.events import HISTORY, envelope, event
from support.names import UNKNOWN_ID, unique_name
from support.waiting import wait_until

CALLERS = (
    "configured",
    "admin",
    "ingest",
    "read",
    "bound admin",
    "bound ingest",
    "bound read",
    "own secret",
    "viewer",
    "expired",
    "disabled",
    "deleted",
    "wrong",
    "nobody",
    "expired viewer",
)
ADMITTED = None  # any answer but those below
ANSWERS = {
    "+": ADMITTED,
    "K": (401, UNAUTHORIZED_KEY),
    "R": (403, UNAUTHORIZED_ROLE),
    "S": (403, SUSPENDED),
    "C": (401, UNAUTHORIZED_CLIENT),
    "D": (400, NO_SUCH_CLIENT),
    "T": (404, TENANT_NOT_FOUND),
    "E": (400, "tenant not found in database."),
}
REFUSALS = [answer for answer in ANSWERS.values() if answer]
NONE = "KKKKKK"  # the six callers that nobody knows


def of_tenant(own, other, suspended, viewer="R"):
    """The letters of all callers up to the tenant's own secret; the viewer's where the tenant is that of its token."""
    at_suspended = "S" if viewer == "+" else viewer
    return {"own": own + viewer + NONE, "other": other + "K" + NONE, "suspended": suspended + at_suspended + NONE}


def of_all(row, viewer="R"):
    return of_tenant(row, row, row, viewer)


OPEN = {name: "+" * len(CALLERS) for name in ("own", "other", "suspended")}
PLATFORM = of_all("++RRRRRK")
DELIVER = of_tenant("+++R++RK", "+++REERK", "SSSRSSRK")
WRITE = of_tenant("+++R++R+", "+++RDDRC", "SSSRSSRS")
READ = of_tenant("++R++R++", "++R+DRDC", "SSRSSRSS", viewer="+")
LIST = of_all("++R++R+K")
SHOW = of_tenant("++R++R+K", "++R+TRTK", "++R++R+K")
MANAGE = of_tenant("++RR+RRK", "++RRTRRK", "++RR+RRK")
# Nobody is deleted here: the header names no tenant that exists, which only those learn who may delete one.
DELETE = of_all("DDRRDRRK", viewer="K")
ROTATE = of_tenant("++RR+RR+", "++RRTRRC", "++RR+RRS")
NAMES = of_tenant("++R++R++", "++R++R+C", "++R++R+S")
TENANT_NAMES = of_tenant("++R++R++", "++R+TRTC", "++R++R+S")
MAKE_TOKENS = of_tenant("++R++R++", "++R++R+C", "++R++R+S")

# Bodies that are refused show that their sender was admitted, and change nothing.
ROUTES = [
    ("GET", "/healthz", {}, OPEN),
    ("GET", "/readyz", {}, OPEN),
    ("GET", "/openapi.json", {}, OPEN),
    ("GET", "/docs", {}, OPEN),
    ("GET", "/docs/page.js", {}, OPEN),
    ("GET", "/console", {}, OPEN),
    ("GET", "/console/console.js", {}, OPEN),
    ("GET", "/viewer.js", {}, OPEN),
    ("GET", "/viewer/x.js", {}, OPEN),
    ("GET", "/metrics", {}, PLATFORM),
    ("POST", "/api/keys", {"json": {}}, PLATFORM),
    ("GET", "/api/keys", {}, PLATFORM),
    ("GET", f"/api/keys/{UNKNOWN_ID}", {}, PLATFORM),
    ("PATCH", f"/api/keys/{UNKNOWN_ID}", {"json": {"x": 1}}, PLATFORM),
    ("DELETE", f"/api/keys/{UNKNOWN_ID}", {}, PLATFORM),
    ("POST", "/api/backups", {"json": {"x": 1}}, PLATFORM),
    ("GET", "/api/backups", {}, PLATFORM),
    ("GET", "/api/backups/20260101T000000Z-00000000", {}, PLATFORM),
    ("POST", "/api/backups/20260101T000000Z-00000000/verify", {}, PLATFORM),
    ("DELETE", "/api/backups/20260101T000000Z-00000000", {}, PLATFORM),
    ("POST", "/api/restores", {"json": {"x": 1}}, PLATFORM),
    ("GET", "/api/backup-jobs", {}, PLATFORM),
    ("GET", f"/api/backup-jobs/{UNKNOWN_ID}", {}, PLATFORM),
    ("POST", "/api/initialize-tenant", {"json": {}}, PLATFORM),
    ("DELETE", "/api/delete-tenant", {"headers": {"X-Client-Id": UNKNOWN_ID}}, DELETE),
    ("GET", "/api/tenants", {}, LIST),
    ("GET", "/api/tenants/{id}", {}, SHOW),
    ("PATCH", "/api/tenants/{id}", {"json": {"x": 1}}, MANAGE),
    ("GET", "/api/names", {}, NAMES),
    ("PATCH", "/api/names", {"json": {"x": 1}}, PLATFORM),
    ("GET", "/api/tenants/{id}/names", {}, TENANT_NAMES),
    ("PATCH", "/api/tenants/{id}/names", {"json": {"x": 1}}, ROTATE),
    ("POST", "/api/tenants/{id}/rotate-secret", {"json": {"x": 1}}, ROTATE),
    ("POST", "/api/viewer-tokens", {"json": {}}, MAKE_TOKENS),
    ("POST", "/api/event-bridge/create-event", {"envelope": True}, DELIVER),
    ("POST", "/api/events", {"json": {}}, WRITE),
    ("GET", "/api/files/upload-url", {}, WRITE),
    ("GET", "/api/history/events", {}, READ),
    ("GET", "/api/history/events/count-by?by=record_id", {}, READ),
    ("GET", f"/api/history/events/{UNKNOWN_ID}", {}, READ),
    ("GET", f"/api/history/events/{UNKNOWN_ID}/file", {}, READ),
    ("GET", "/api/history/export", {}, READ),
    ("GET", "/api/history/tail", {}, READ),
]


class House:
    """A service with three tenants and a caller of each kind. The bound keys have the first and the third tenant."""

    def __init__(self, annals):
        self.annals = annals
        self.tenants = {name: annals.initialise(unique_name()) for name in ("own", "other", "suspended")}
        bound = [self.tenants[name]["client_id"] for name in ("own", "suspended")]
        keys = {role: new_key(annals, role) for role in ("admin", "ingest", "read")}
        keys |= {f"bound {role}": new_key(annals, role, client_ids=bound) for role in ("admin", "ingest", "read")}
        keys["expired"] = new_key(annals, expires_at="2020-01-01T00:00:00Z")
        keys["disabled"] = new_key(annals)
        assert change_key(annals, keys["disabled"], disabled=True).status_code == 200
        keys["deleted"] = new_key(annals)
        assert delete_key(annals, keys["deleted"]).status_code == 204
        self.keys = {name: key["key"] for name, key in keys.items()}
        self.tokens = {name: new_token(annals, tenant, expires_in=86_400) for name, tenant in self.tenants.items()}
        self.expired_token = new_token(annals, self.tenants["own"], expires_in=1)
        wait_until(lambda: view(annals, self.expired_token, HISTORY).status_code == 401, "the token expires")
        suspend(annals, self.tenants["suspended"])

    def headers(self, caller, name):
        tenant = self.tenants[name]
        headers = {"X-Client-Id": tenant["client_id"]}
        if caller == "own secret":
            # The first tenant's secret at another's door.
            owner = self.tenants["own"] if name == "other" else tenant
            return {**headers, "X-Client-Secret": owner["client_secret"]}
        if caller == "viewer":
            # The first tenant's token at another's door.
            return {**headers, **bearer(self.tokens["own" if name == "other" else name])}
        if caller == "expired viewer":
            return bearer(self.expired_token)
        key = {"configured": self.annals.environment["ANNALS_AUTH_API_KEYS"], "wrong": "w" * 20, "nobody": None}
        key = {**key, **self.keys}[caller]
        return headers if key is None else {**headers, "Authorization": f"Bearer {key}"}

    def ask(self, caller, name, method, path, arguments):
        tenant = self.tenants[name]
        arguments = dict(arguments)
        headers = {**self.headers(caller, name), **arguments.pop("headers", {})}
        if arguments.pop("envelope", False):
            arguments["json"] = envelope(event(), tenant["client_id"])
        path = path.format(id=tenant["client_id"])
        return self.annals.request(method, path, key=None, headers=headers, stream=True, **arguments)


@pytest.fixture
def house(annals, once):
    return once(annals.engine.kind, lambda: House(annals))


def letter_of(reply):
    """The letter of the answer."""
    if reply.status_code < 400:
        return "+"
    detail = reply.json()["detail"]
    for letter, answer in ANSWERS.items():
        if answer == (reply.status_code, {"detail": detail}):
            return letter
    return "E" if str(detail).endswith(ANSWERS["E"][1]) else "+"


@pytest.mark.parametrize("tenant", ["own", "other", "suspended"])
@pytest.mark.parametrize(("method", "path", "arguments", "expected"), ROUTES, ids=[f"{r[0]} {r[1]}" for r in ROUTES])
def test_a_route_admits_whom_it_is_for(house, method, path, arguments, expected, tenant):
    got = {}
    for caller in CALLERS:
        with house.ask(caller, tenant, method, path, arguments) as reply:
            assert reply.status_code != 500, f"{caller}: {reply.text}"
            got[caller] = letter_of(reply)
            if reply.status_code == 401:
                assert "WWW-Authenticate" in reply.headers, f"{caller}: expected a challenge"

    assert got == dict(zip(CALLERS, expected[tenant]))


def test_a_bound_key_lists_its_tenants_only(house):
    for role in ("bound admin", "bound read"):
        with house.ask(role, "own", "GET", "/api/tenants", {}) as reply:
            listed = {tenant["client_id"] for tenant in reply.json()["results"]}
        assert listed == {house.tenants[name]["client_id"] for name in ("own", "suspended")}, role
        assert reply.json()["total_count"] == 2


def test_a_key_in_x_api_key_is_the_same_as_a_bearer_token(house):
    annals, key = house.annals, house.keys["read"]
    both = {"Authorization": f"Bearer {key}"}

    assert annals.get("/api/tenants", key=key).status_code == 200
    assert annals.get("/api/tenants", key=key, headers=both).status_code == 200
    assert annals.get("/api/tenants", headers=both).status_code == 401, "two that differ"
