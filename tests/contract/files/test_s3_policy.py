"""The policy and the CORS rule of docs/operations.md, as they stand there, in front of a real S3 server."""

import json
import re
import uuid

import pytest
import requests

from support import paths
from support.annals import REQUEST_SECONDS
from support.clients.file_links import download_url, fetch, new_upload, put

BUCKET = "alx-history"
DOCUMENTS = re.findall(r"```json\n(.*?)```", (paths.ROOT / "docs" / "operations.md").read_text(), re.DOTALL)


def document(word):
    """The one JSON document of the page that holds the word."""
    [found] = [json.loads(text) for text in DOCUMENTS if word in text]
    return found


@pytest.fixture
def stranger(make):
    """A bucket, and an account that may do nothing with it."""
    files = make.files()
    account, access_key, secret_key = files.server.new_account()
    return files, account, {"AWS_ACCESS_KEY_ID": access_key, "AWS_SECRET_ACCESS_KEY": secret_key}


def grant(files, account, actions):
    """Grants the account these of the policy's actions."""
    policy = json.loads(json.dumps(document("s3:ListBucket")).replace(BUCKET, files.bucket))
    statements = policy["Statement"]
    for statement in statements:
        statement["Action"] = [action for action in statement["Action"] if action in actions]
    files.server.open_bucket(files.bucket, account, [statement for statement in statements if statement["Action"]])


def granted():
    return [action for statement in document("s3:ListBucket")["Statement"] for action in statement["Action"]]


def start_multipart(files, key):
    files.server.client.create_multipart_upload(Bucket=files.bucket, Key=key)


def test_the_policy_is_enough(make, stranger):
    files, account, credentials = stranger
    files.server.client.put_bucket_versioning(Bucket=files.bucket, VersioningConfiguration={"Status": "Enabled"})
    grant(files, account, granted())
    # To DeleteObjects alone this gateway asks the bucket's access list too. AWS asks the policy only.
    owner = files.server.client.get_bucket_acl(Bucket=files.bucket)["Owner"]["ID"]
    files.server.client.put_bucket_acl(Bucket=files.bucket, GrantFullControl=f"id={owner}", GrantWrite=f"id={account}")
    annals = make.annals(files=files, environment=credentials)
    tenant = annals.initialise("shop")

    made = new_upload(annals, tenant)
    put(made["upload_url"], b"first").raise_for_status()
    put(made["upload_url"], b"second").raise_for_status()
    assert fetch(download_url(annals, tenant, made["file_id"])).content == b"second"
    start_multipart(files, "shop/unfinished")

    reply = annals.delete(tenant["client_id"])
    assert reply.status_code == 204, f"expected 204, got {reply.status_code} {reply.text}"
    versions = files.server.client.list_object_versions(Bucket=files.bucket)
    assert "Versions" not in versions and "DeleteMarkers" not in versions
    assert "Uploads" not in files.server.client.list_multipart_uploads(Bucket=files.bucket)


@pytest.mark.parametrize("left_out", ["s3:ListBucket", "s3:PutObject", "s3:GetObject"])
def test_the_policy_grants_nothing_that_is_not_needed(make, stranger, left_out):
    files, account, credentials = stranger
    grant(files, account, [action for action in granted() if action != left_out])
    annals = make.annals(files=files, environment=credentials)
    tenant = annals.initialise("shop")

    def use():
        made = new_upload(annals, tenant)
        put(made["upload_url"], b"x").raise_for_status()
        # One that the account has uploaded is its own, which it may read anyway.
        file_id = str(uuid.uuid4())
        files.put(f"shop/{file_id}")
        fetch(download_url(annals, tenant, file_id)).raise_for_status()

    with pytest.raises((AssertionError, requests.HTTPError)):
        use()


def test_the_cors_rule_lets_a_page_upload_and_download(make):
    files = make.files()
    rules = document("CORSRules")
    files.server.client.put_bucket_cors(Bucket=files.bucket, CORSConfiguration=rules)
    annals = make.annals(files=files)
    tenant = annals.initialise("shop")
    made = new_upload(annals, tenant)
    [origin] = rules["CORSRules"][0]["AllowedOrigins"]

    def preflight(url, method, origin):
        headers = {
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "content-type",
        }
        return requests.options(url, headers=headers, timeout=REQUEST_SECONDS)

    assert preflight(made["upload_url"], "PUT", origin).headers["Access-Control-Allow-Origin"] == origin
    put(made["upload_url"], b"x", Origin=origin).raise_for_status()
    reply = fetch(download_url(annals, tenant, made["file_id"]), Origin=origin)

    assert (reply.content, reply.headers["Access-Control-Allow-Origin"]) == (b"x", origin)
    assert "ETag" in reply.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Origin" not in preflight(made["upload_url"], "PUT", "https://evil.example").headers
