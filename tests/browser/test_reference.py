"""The reference at /docs, in a real browser: it draws everything that the document has, under its strict policy."""


import pytest

from support.clients.browsers import drive
from support.openapi.document import PATH

BROWSER_SECONDS = 120
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
}
BACKGROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 29)"}


def visit(annals, width, scheme, directory):
    """What a reader with such a window sees and does."""
    picture = directory / f"{width}-{scheme}.png"
    return drive("reference.mjs", annals.url, width, scheme, picture, seconds=BROWSER_SECONDS)


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_reference_has_everything_and_works_with_the_keyboard(any_annals, tmp_path, width, scheme):
    document = any_annals.get(PATH, key=None).json()
    operations = sum(len(methods) for methods in document["paths"].values())

    seen = visit(any_annals, width, scheme, tmp_path)

    assert seen["said"] == [], "expected no fault and nothing that the policy forbids"
    assert {url.split("/docs")[0].split("/openapi")[0] for url in seen["asked"]} == {any_annals.url}
    assert (seen["operations"], seen["schemas"]) == (operations, len(document["components"]["schemas"]))
    assert seen["lost"] == [], "expected every link to lead somewhere"
    assert seen["garbled"] == []
    assert seen["overflow"] == 0, "expected no sideways scrolling"
    assert seen["background"] == BACKGROUNDS[scheme]
    assert seen["first"] == "Skip to the reference"
    assert seen["found"][0] == "Makes a new secret of a tenant." and len(seen["found"]) < 5
    assert seen["again"] == operations, "expected Escape to end the search"
    assert seen["isInView"] and seen["opened"]


def test_its_files_are_served_with_a_strict_policy_and_kept(any_annals):
    for path, kind in {
        "/docs": "text/html; charset=utf-8",
        "/docs/page.js": "text/javascript; charset=utf-8",
        "/docs/page.css": "text/css; charset=utf-8",
        "/docs/icon.svg": "image/svg+xml",
    }.items():
        reply = any_annals.get(path, key=None)
        assert (reply.status_code, reply.headers["Content-Type"]) == (200, kind)
        assert set(reply.headers["Content-Security-Policy"].split("; ")) == POLICY
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        again = any_annals.get(path, key=None, headers={"If-None-Match": reply.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
