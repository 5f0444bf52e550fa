"""TLS: what is agreed on with a client, and what is refused."""

import contextlib
import ssl
import subprocess

import pytest
import requests

from support.clients.tls import SECONDS, ask, connected, settings, start
from support.machine.certificates import client_context
from support.names import unique_name


def s_client(annals, *arguments, expect_failure=False):
    """What openssl s_client prints about a connection."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{annals.port}", "-brief", *arguments]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=SECONDS, check=False)
    printed = done.stdout + done.stderr
    assert (done.returncode != 0) == expect_failure, f"expected {'a refusal' if expect_failure else 'success'}: {printed}"
    return printed


def test_urls_begin_with_https(annals):
    assert annals.url.startswith("https://127.0.0.1:"), f"expected https, got {annals.url}"

    tenant = annals.initialise(unique_name())
    url = annals.get("/api/files/upload-url", headers={"X-Client-Id": tenant["client_id"]}).json()["upload_url"]

    assert url.startswith(annals.url + "/files/"), f"expected a URL of this service, got {url}"
    stored = requests.put(url, data=b"content", timeout=SECONDS, verify=annals.trusted)
    assert stored.status_code == 200, f"expected 200, got {stored.status_code} {stored.text}"


@pytest.mark.parametrize("version, shown", [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")])
def test_tls_1_2_and_1_3_are_spoken(annals, version, shown):
    assert f"Protocol version: {shown}" in s_client(annals, version)


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_older_versions_are_refused(annals, version):
    s_client(annals, version, "-cipher", "ALL:@SECLEVEL=0", expect_failure=True)


@pytest.mark.parametrize("rsa", [False, True])
def test_only_ciphers_with_forward_secrecy_and_authentication_are_agreed_on(make, authority, rsa):
    annals = start(make, authority, settings(authority.issue(rsa=rsa)))
    kind = "RSA" if rsa else "ECDSA"
    kept = {f"ECDHE-{kind}-{c}" for c in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")}

    offered = subprocess.run(
        ["openssl", "ciphers", "-tls1_2", "-s", "ALL:COMPLEMENTOFALL"], capture_output=True, text=True, check=True
    )
    agreed = set()
    for cipher in offered.stdout.strip().split(":"):
        if cipher.startswith("TLS_"):
            continue
        context = client_context(authority)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(f"{cipher}:@SECLEVEL=0")
        with contextlib.suppress(ssl.SSLError, ConnectionError), connected(annals, context) as encrypted:
            agreed.add(encrypted.cipher()[0])

    assert agreed == kept, f"expected {sorted(kept)}, got {sorted(agreed)}"


@pytest.mark.parametrize("group", ["X25519", "P-256", "P-384"])
def test_these_groups_are_agreed_on(annals, group):
    printed = s_client(annals, "-groups", group)
    assert "Server Temp Key" in printed, f"expected {group}, got {printed}"


@pytest.mark.parametrize("group", ["P-521", "X448", "ffdhe2048"])
def test_other_groups_are_refused(annals, group):
    s_client(annals, "-groups", group, expect_failure=True)


def test_http_1_1_is_chosen_of_the_protocols_that_are_offered(annals, authority):
    context = client_context(authority)
    context.set_alpn_protocols(["h2", "http/1.1"])

    with connected(annals, context) as encrypted:
        assert encrypted.selected_alpn_protocol() == "http/1.1"
        assert ask(encrypted).startswith(b"HTTP/1.1 200")


def test_a_client_that_offers_other_protocols_only_is_refused(annals, authority):
    context = client_context(authority)
    context.set_alpn_protocols(["h2", "http/1.0"])

    with pytest.raises(ssl.SSLError, match="alert no application protocol"), connected(annals, context):
        pass


def test_a_session_is_not_resumed(annals, authority):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = client_context(authority)
        context.minimum_version = context.maximum_version = version
        with connected(annals, context) as encrypted:
            assert ask(encrypted).startswith(b"HTTP/1.1 200")
            session = encrypted.session
        assert session is None or not session.has_ticket, f"expected no ticket in {version.name}"


def test_a_client_cannot_renegotiate(annals):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{annals.port}", "-tls1_2"]
    # A line of one R makes s_client renegotiate.
    done = subprocess.run(command, input="R\n", capture_output=True, text=True, timeout=SECONDS, check=False)
    printed = done.stdout + done.stderr

    assert "RENEGOTIATING" in printed, f"expected that it tries: {printed}"
    assert "no renegotiation" in printed, f"expected that it is refused: {printed}"
