"""TLS: certificates that are replaced while it runs, and mistakes in the settings."""

import concurrent.futures
import re
import subprocess
import threading

from support import paths
from support.clients.raw_http import head
from support.clients.tls import connected, settings, start
from support.machine.certificates import Pair, client_context
from support.machine.processes import run
from support.waiting import wait_until


def serial_of(annals, context):
    with connected(annals, context) as encrypted:
        return encrypted.getpeercert()["serialNumber"]


def serial_in(pair):
    command = ["openssl", "x509", "-in", str(pair.certificate), "-noout", "-serial"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().removeprefix("serial=")


def test_a_certificate_is_replaced_under_load_without_a_failed_request(make, authority, other_authority):
    used = authority.issue()
    # One connection is idle for the whole test.
    annals = start(make, authority, settings(used, ANNALS_SERVER_IDLE_TIMEOUT_SECONDS="3600"))
    context = client_context(authority)
    stop = threading.Event()

    def work():
        done = 0
        while not stop.is_set():
            reply = annals.get("/api/tenants")
            assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
            done += 1
        return done

    with concurrent.futures.ThreadPoolExecutor(4) as pool, connected(annals, context) as old:
        workers = [pool.submit(work) for _ in range(4)]
        try:
            # A broken pair in between: another's key.
            broken = Pair(authority.issue().certificate, other_authority.issue().key)
            before = serial_of(annals, context)
            broken.copy_to(used)
            wait_until(lambda: "the changed certificate cannot be used" in annals.log, "a warning in the log")
            assert serial_of(annals, context) == before, "expected the certificate of before"
            for _ in range(3):
                fresh = authority.issue()
                fresh.copy_to(used)
                wait_until(lambda: serial_of(annals, context) == serial_in(fresh), "the new certificate")
        finally:
            stop.set()
        assert sum(worker.result() for worker in workers) > 0
        old.sendall(head("GET", "/healthz", "Connection: close"))
        assert old.recv(65536).startswith(b"HTTP/1.1 200"), "expected that the connection of before lives on"
    assert "server.tls.key: " in annals.log and "is not the key of the certificate" in annals.log


def test_all_mistakes_are_told_before_the_start(tmp_path, authority):
    pair = authority.issue()
    ended = run(
        [paths.ANNALS, "serve"],
        {
            "ANNALS_DATA_DIR": str(tmp_path / "data"),
            "ANNALS_SERVER_LISTEN": "nowhere",
            "ANNALS_SERVER_TLS_CERTIFICATE": str(tmp_path / "missing.pem"),
            "ANNALS_SERVER_TLS_KEY": str(pair.certificate),
            "ANNALS_SERVER_TLS_CLIENT_CA": str(pair.key),
        },
    )

    assert ended.returncode == 2, f"expected exit status 2, got {ended}"
    for line in (
        r"ANNALS_SERVER_LISTEN: must be",
        r"ANNALS_SERVER_TLS_CERTIFICATE: is a file that does not exist",
        r"ANNALS_SERVER_TLS_KEY: is a file without a private key",
        r"ANNALS_SERVER_TLS_CLIENT_CA: is a file without a certificate",
    ):
        assert re.search(line, ended.stderr), f"expected {line!r} in {ended.stderr}"
    assert not (tmp_path / "data").exists(), "expected that nothing was begun"


def test_with_tls_nobody_is_warned_about_plain_text(make, authority):
    environment = settings(authority.issue(), ANNALS_SERVER_LISTEN="0.0.0.0:0")
    annals = make.annals(environment=environment, start=False).start(ready=False)

    assert "without TLS" not in annals.log
    assert "generated URLs begin with https://0.0.0.0" in annals.log, f"expected a warning, got {annals.log}"


def test_a_key_that_everybody_can_read_is_warned_about(make, authority):
    pair = authority.issue()
    pair.key.chmod(0o644)
    annals = start(make, authority, settings(pair))

    assert f"every user of this machine can read {pair.key}" in annals.log
