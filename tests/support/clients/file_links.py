"""Files attached to events: the URLs that the service gives out for them."""

import urllib.parse

import requests

from support.events import HISTORY, event, post_events
from support.waiting import TIMEOUT_SECONDS


def client(tenant):
    return {"X-Client-Id": tenant["client_id"]}


def new_upload(annals, tenant):
    """The answer's body of GET /api/files/upload-url, which must succeed."""
    reply = annals.get("/api/files/upload-url", headers=client(tenant))
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.json()


def put(url, content, **headers):
    """PUTs bytes through a URL with the headers of urllib's own making left out."""
    return requests.put(url, data=content, headers=headers, timeout=TIMEOUT_SECONDS)


def fetch(url, method="GET", **headers):
    """Through a URL as it is: nothing is decoded, redirected or identified."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, url, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)


def attach(annals, tenant, file_id):
    """Makes an event that names the file; returns its event_id."""
    made = event(file_id=file_id)
    reply = post_events(annals, tenant, made)
    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"
    return made["event_id"]


def get_file(annals, tenant, event_id, **headers):
    """GET …/file, not followed."""
    path = f"{HISTORY}/{event_id}/file"
    return annals.get(path, headers={**client(tenant), **headers}, allow_redirects=False)


def download_url(annals, tenant, file_id):
    """A presigned GET of an uploaded file, by way of an event that names it."""
    reply = get_file(annals, tenant, attach(annals, tenant, file_id), Accept="application/json")
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.json()["file_url"]


def upload(annals, tenant, content, **headers):
    """Uploads a file; returns its `upload_url` and its `file_id`."""
    made = new_upload(annals, tenant)
    reply = put(made["upload_url"], content, **headers)
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return made


def uploaded(annals, tenant, content, **headers):
    """Uploads a file; returns the URLs to PUT and to GET it."""
    made = upload(annals, tenant, content, **headers)
    return made["upload_url"], download_url(annals, tenant, made["file_id"])


def altered(url, **parameters):
    """The URL with parameters of its query replaced, as they would stand there."""
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query))
    assert set(parameters) <= set(query), f"expected {set(parameters)} in {url}"
    return parts._replace(query=urllib.parse.urlencode({**query, **parameters})).geturl()
