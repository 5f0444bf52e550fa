"""Presigned URLs with files in S3: the very ones that boto3 makes, and good for what they say against a real server."""

import datetime
import types
import urllib.parse
import uuid

import boto3
import botocore.auth
import botocore.config
import pytest

from support.annals import API_KEY
from support.answers.problems import expect
from support.clients.file_links import altered, attach, client, download_url, fetch, get_file, new_upload, put
from support.waiting import wait_until

CONTENT = bytes(range(256)) * 40
FILE_NOT_FOUND = {"detail": "File not found."}


@pytest.fixture(scope="module")
def place(module_make):
    """A service with its files in S3, and a tenant in it."""
    annals = module_make.annals(files="s3")
    return annals, annals.initialise("Shop-1_x")


def presigned(monkeypatch, url, operation, files, key, **changes):
    """What boto3 gives out for the key at the moment at which `url` was made."""
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    moment = datetime.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
    frozen = type("Frozen", (datetime.datetime,), {"utcnow": classmethod(lambda _: moment)})
    monkeypatch.setattr(botocore.auth, "datetime", types.SimpleNamespace(datetime=frozen))
    style = changes.pop("addressing_style", "path")
    expires = changes.pop("ExpiresIn", 900)
    settings = {
        "endpoint_url": files.server.endpoint,
        "region_name": files.server.region,
        "aws_access_key_id": files.server.access_key,
        "aws_secret_access_key": files.server.secret_key,
        **changes,
    }
    config = botocore.config.Config(signature_version="s3v4", s3={"addressing_style": style})
    signer = boto3.client("s3", config=config, **settings)
    return signer.generate_presigned_url(operation, Params={"Bucket": files.bucket, "Key": key}, ExpiresIn=expires)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def made_since(moment_before, url):
    moment = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))["X-Amz-Date"]
    made = datetime.datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    return moment_before.replace(microsecond=0) <= made <= now()


def parts_of(url):
    """What a URL says, whatever the order of its parameters."""
    base, query = url.split("?")
    return base, sorted(query.split("&"))


# --- the very URL ---


def test_an_upload_url_is_the_one_that_boto3_makes(place, monkeypatch):
    annals, tenant = place
    before = now()

    made = new_upload(annals, tenant)

    key = f"Shop-1_x/{made['file_id']}"
    assert made["upload_url"] == presigned(monkeypatch, made["upload_url"], "put_object", annals.files, key)
    assert made_since(before, made["upload_url"])


def test_a_download_url_is_the_one_that_boto3_makes(place, monkeypatch):
    annals, tenant = place
    file_id = new_upload(annals, tenant)["file_id"]
    annals.files.put(f"Shop-1_x/{file_id}")
    before = now()

    url = download_url(annals, tenant, file_id)

    assert url == presigned(monkeypatch, url, "get_object", annals.files, f"Shop-1_x/{file_id}")
    assert made_since(before, url)


# Settings of the service, and what they mean to boto3. None of these URLs is used.
SETTINGS = {
    "another region": ({"ANNALS_FILES_S3_REGION": "eu-west-2"}, {"region_name": "eu-west-2"}),
    "another time": ({"ANNALS_FILES_URL_SECONDS": "86400"}, {"ExpiresIn": 86400}),
    "credentials with signs": (
        {"AWS_ACCESS_KEY_ID": "AKIA-SIGNS.1", "AWS_SECRET_ACCESS_KEY": "s/+= %41&"},
        {"aws_access_key_id": "AKIA-SIGNS.1", "aws_secret_access_key": "s/+= %41&"},
    ),
    "a session": ({"AWS_SESSION_TOKEN": "tok/+=en=="}, {"aws_session_token": "tok/+=en=="}),
    "another address for clients": (
        {"ANNALS_FILES_S3_PUBLIC_ENDPOINT": "https://files.example.com"},
        {"endpoint_url": "https://files.example.com"},
    ),
    "the bucket in the host": ({"ANNALS_FILES_S3_PATH_STYLE": "false"}, {"addressing_style": "virtual"}),
}


@pytest.mark.parametrize("environment, meaning", SETTINGS.values(), ids=SETTINGS)
def test_settings_mean_what_they_mean_to_boto3(make, monkeypatch, environment, meaning):
    files = make.files()
    if "AWS_ACCESS_KEY_ID" in environment:  # a key that S3 knows: else no URL would be given out
        files.server.add_key(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
    endpoint = files.server.endpoint.replace("127.0.0.1", "localhost")  # a name: buckets can stand before it
    annals = make.annals(files=files, environment={"ANNALS_FILES_S3_ENDPOINT": endpoint, **environment}, start=False)
    annals.start(ready=False)  # nor would the server take all of them

    made = new_upload(annals, annals.initialise("shop"))

    key = f"shop/{made['file_id']}"
    expected = presigned(
        monkeypatch, made["upload_url"], "put_object", files, key, **{"endpoint_url": endpoint, **meaning}
    )
    assert parts_of(made["upload_url"]) == parts_of(expected)


# --- an address for clients ---

BUCKETS = ["plain", "with.dots.in-it"]


@pytest.fixture(params=BUCKETS)
def bucket_for_clients(make, request):
    """A bucket whose name begins so."""
    files = make.files()
    files.bucket = f"{request.param}-{uuid.uuid4().hex}"
    files.server.client.create_bucket(Bucket=files.bucket)
    return files


def service_with_public_endpoint(make, files, public_endpoint, path_style):
    environment = {
        "ANNALS_FILES_S3_ENDPOINT": files.server.endpoint.replace("127.0.0.1", "localhost"),
        "ANNALS_FILES_S3_PUBLIC_ENDPOINT": public_endpoint,
        "ANNALS_FILES_S3_PATH_STYLE": "true" if path_style else "false",
    }
    return make.annals(files=files, environment=environment)


def on_loopback(url):
    """The URL with the address of this machine in it, and the Host that is left out: not every system knows names that end
    with .localhost."""
    parts = urllib.parse.urlsplit(url)
    return parts._replace(netloc=f"127.0.0.1:{parts.port}").geturl(), {"Host": parts.netloc}


@pytest.mark.parametrize("path_style", [True, False], ids=["in the path", "in the host"])
def test_clients_put_and_get_files_under_the_public_address(make, bucket_for_clients, path_style):
    files = bucket_for_clients
    # The proxy leads to the same bucket under another port, and leaves the Host as it is, which is signed.
    public_endpoint = files.server.proxy_endpoint.replace("127.0.0.1", "localhost")
    annals = service_with_public_endpoint(make, files, public_endpoint, path_style)
    tenant = annals.initialise("shop")

    made = new_upload(annals, tenant)
    url, host = on_loopback(made["upload_url"])
    put(url, CONTENT, **host).raise_for_status()
    file_url = download_url(annals, tenant, made["file_id"])

    root = public_endpoint + f"/{files.bucket}" if path_style else public_endpoint.replace("://", f"://{files.bucket}.")
    for shown in (made["upload_url"], file_url):
        assert shown.split("?")[0] == f"{root}/shop/{made['file_id']}", f"expected a URL below {root}, got {shown}"
    url, host = on_loopback(file_url)
    reply = fetch(url, **host)
    assert (reply.status_code, reply.content) == (200, CONTENT), f"expected the file, got {reply.status_code} {reply.text}"


@pytest.mark.parametrize("path_style", [True, False], ids=["in the path", "in the host"])
def test_over_https_a_bucket_is_in_the_host_only_if_a_certificate_covers_it(make, bucket_for_clients, path_style):
    files = bucket_for_clients
    annals = service_with_public_endpoint(make, files, "https://files.example.com", path_style)
    tenant = annals.initialise("shop")
    made = new_upload(annals, tenant)
    files.put(f"shop/{made['file_id']}", CONTENT)

    urls = (made["upload_url"], download_url(annals, tenant, made["file_id"]))

    in_path = path_style or "." in files.bucket
    root = f"https://files.example.com/{files.bucket}" if in_path else f"https://{files.bucket}.files.example.com"
    for url in urls:
        assert url.split("?")[0] == f"{root}/shop/{made['file_id']}", f"expected a URL below {root}, got {url}"


# --- what it is good for ---


def test_what_was_put_through_one_url_is_got_through_the_other(place):
    annals, tenant = place
    made = new_upload(annals, tenant)

    put(made["upload_url"], CONTENT, **{"Content-Type": "image/png"}).raise_for_status()

    assert annals.files.keys("Shop-1_x/").count(f"Shop-1_x/{made['file_id']}") == 1
    reply = fetch(download_url(annals, tenant, made["file_id"]))
    assert (reply.status_code, reply.content, reply.headers["Content-Type"]) == (200, CONTENT, "image/png")


def test_a_download_has_ranges(place):
    annals, tenant = place
    made = new_upload(annals, tenant)
    put(made["upload_url"], CONTENT).raise_for_status()

    reply = fetch(download_url(annals, tenant, made["file_id"]), Range="bytes=-3")

    assert (reply.status_code, reply.content) == (206, CONTENT[-3:])


def test_an_altered_url_is_refused(place):
    annals, tenant = place
    made = new_upload(annals, tenant)
    url = made["upload_url"]
    wrong = {
        "another file": url.replace(made["file_id"], "other"),
        "another tenant": url.replace("Shop-1_x", "other"),
        "another bucket": url.replace(annals.files.bucket, "other"),
        "a later end": altered(url, **{"X-Amz-Expires": "86400"}),
        "another date": altered(url, **{"X-Amz-Date": "20300101T000000Z"}),
        "another signature": url[:-1] + ("0" if url[-1] != "0" else "1"),
        "no signature": url.split("?")[0],
    }
    for what, one in wrong.items():
        status = put(one, b"x").status_code

        assert status in (403, 404), f"expected a refusal of {what}, got {status}"
    assert fetch(url).status_code == 403, "expected that it is good for its own method only"
    assert f"Shop-1_x/{made['file_id']}" not in annals.files.keys()


def test_a_url_expires(make):
    annals = make.annals(files="s3", environment={"ANNALS_FILES_URL_SECONDS": "1"})
    made = new_upload(annals, annals.initialise("shop"))

    wait_until(lambda: put(made["upload_url"], b"x").status_code == 403, "the URL has expired")


def test_our_own_headers_do_not_disturb_the_signature(place):
    annals, tenant = place
    made = new_upload(annals, tenant)

    # As a client does that sends the same headers everywhere, and one that follows the redirect with them.
    put(made["upload_url"], CONTENT, **client(tenant), **{"X-API-Key": API_KEY}).raise_for_status()

    url = download_url(annals, tenant, made["file_id"])
    assert fetch(url, X_API_Key=API_KEY, Accept="*/*").content == CONTENT


# --- tenants and files that are not there ---


def test_a_file_that_was_never_uploaded_is_404(place):
    annals, tenant = place
    event_id = attach(annals, tenant, new_upload(annals, tenant)["file_id"])

    expect(get_file(annals, tenant, event_id), 404, FILE_NOT_FOUND)


def test_a_file_of_another_tenant_is_not_there(place):
    annals, tenant = place
    other = annals.initialise("other")
    made = new_upload(annals, tenant)
    put(made["upload_url"], CONTENT).raise_for_status()

    expect(get_file(annals, other, attach(annals, other, made["file_id"])), 404, FILE_NOT_FOUND)


QUICK = {"ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.2"}


def test_a_late_upload_is_not_readable_by_the_next_tenant_of_the_name_and_is_swept(make):
    annals = make.annals(files="s3", environment=QUICK)
    old = annals.initialise("late")
    made = new_upload(annals, old)
    before = new_upload(annals, old)
    annals.remove(old["client_id"])
    new = annals.initialise("late")
    own = new_upload(annals, new)
    put(own["upload_url"], CONTENT).raise_for_status()
    by_hand = str(uuid.uuid4())
    annals.files.put(f"late/{by_hand}", CONTENT)
    events = [attach(annals, new, one["file_id"]) for one in (made, before)]

    put(made["upload_url"], b"late").raise_for_status()

    for event_id in events:
        expect(get_file(annals, new, event_id), 404, FILE_NOT_FOUND)
    wait_until(lambda: f"late/{made['file_id']}" not in annals.files.keys(), "the late upload is swept")
    assert annals.files.keys() == sorted(f"late/{one}" for one in (own["file_id"], by_hand)), "and nothing else"
    for kept in (own["file_id"], by_hand):
        assert fetch(download_url(annals, new, kept)).content == CONTENT


def test_nor_by_the_one_after_the_next(make):
    annals = make.annals(files="s3", environment={"ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "600"})
    first = annals.initialise("late")
    made = new_upload(annals, first)
    annals.remove(first["client_id"])
    second = annals.initialise("late")
    own = new_upload(annals, second)
    annals.remove(second["client_id"])
    third = annals.initialise("late")

    for late in (made, own):
        put(late["upload_url"], b"late").raise_for_status()
        expect(get_file(annals, third, attach(annals, third, late["file_id"])), 404, FILE_NOT_FOUND)


def test_nor_when_the_time_for_late_uploads_is_over(make):
    """An upload may take longer than it should. Here it is put into the bucket by hand, long after its URL has expired."""
    environment = {**QUICK, "ANNALS_FILES_URL_SECONDS": "1", "ANNALS_FILES_UPLOAD_SECONDS": "1"}
    annals = make.annals("remote", files="s3", environment=environment)
    old = annals.initialise("late")
    made = new_upload(annals, old)
    annals.remove(old["client_id"])
    new = annals.initialise("late")
    annals.initialise("gone")
    over = "SELECT count() FROM default.annals_late_uploads WHERE until > now64(3)"
    wait_until(lambda: annals.sql(over).strip() == "0", "the time is over", 30)

    annals.restart()
    wait_until(lambda: annals.get("/readyz").status_code == 200, "it is ready")
    annals.files.put(f"late/{made['file_id']}")

    expect(get_file(annals, new, attach(annals, new, made["file_id"])), 404, FILE_NOT_FOUND)
    annals.remove(new["client_id"])
    assert annals.files.keys() == []


def test_notes_of_the_first_version_are_understood(make):
    annals = make.annals("remote", files="s3", environment=QUICK)
    annals.terminate()
    annals.sql("DROP TABLE IF EXISTS default.annals_late_uploads SYNC")
    annals.sql(
        "CREATE TABLE default.annals_late_uploads (database_name String, until DateTime64(3, 'UTC')) "
        "ENGINE = ReplacingMergeTree(until) ORDER BY database_name"
    )
    annals.sql("INSERT INTO default.annals_late_uploads SELECT 'old', now64(3) + INTERVAL 1 HOUR")
    annals.files.put(f"old/{uuid.uuid4()}")

    annals.start()

    wait_until(lambda: annals.files.keys() == [], "what is nobody's is swept")
    tenant = annals.initialise("shop")
    made = new_upload(annals, tenant)
    annals.remove(tenant["client_id"])
    new = annals.initialise("shop")
    put(made["upload_url"], b"late").raise_for_status()
    expect(get_file(annals, new, attach(annals, new, made["file_id"])), 404, FILE_NOT_FOUND)


def test_an_uploader_can_ask_that_no_file_is_replaced(place):
    annals, tenant = place
    made = new_upload(annals, tenant)

    assert put(made["upload_url"], b"first", **{"If-None-Match": "*"}).status_code == 200
    assert put(made["upload_url"], b"second", **{"If-None-Match": "*"}).status_code == 412


def test_a_url_for_a_size_takes_no_other(place):
    annals, tenant = place
    url = annals.get("/api/files/upload-url?size=5", headers=client(tenant)).json()["upload_url"]

    for content in (b"", b"1234", b"123456"):
        assert put(url, content).status_code == 403, f"expected that S3 refuses {len(content)} bytes"

    assert put(url, b"12345").status_code == 200


def test_what_is_uploaded_after_the_tenant_is_gone_is_swept(make):
    annals = make.annals(files="s3", environment={"ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.2"})
    tenant = annals.initialise("shop")
    made = new_upload(annals, tenant)
    put(made["upload_url"], b"x").raise_for_status()
    annals.remove(tenant["client_id"])
    assert annals.files.keys() == []

    put(made["upload_url"], b"late").raise_for_status()

    wait_until(lambda: annals.files.keys() == [], "the late upload is swept")
