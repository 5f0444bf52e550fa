"""annals doctor and annals serve --check: what is wrong, before and while a service runs, and how to repair it."""

import json
import os

import pytest

from support import paths
from support.annals import API_KEY
from support.machine.ports import free_port
from support.machine.processes import run
from support.servers.engines import needs_engine_library
from support.servers.loopback_http import LoopbackServer, send_answer
from support.waiting import wait_until

BAD = {"ANNALS_SERVER_LISTEN": "nowhere", "ANNALS_FILES_KIND": "tape"}


def doctor(settings, code, *options):
    """The findings, by what they are about."""
    done = run([paths.ANNALS, "doctor", "--json", *options], settings, 120)
    assert done.returncode == code, f"expected {code}, got {done.returncode}: {done.stdout}{done.stderr}"
    findings = {}
    for line in done.stdout.splitlines():
        finding = json.loads(line)
        findings.setdefault(finding["subject"], []).append(finding)
    return findings


def results(findings, subject):
    return [finding["result"] for finding in findings[subject]]


@pytest.fixture
def settings(tmp_path):
    return {"ANNALS_DATA_DIR": str(tmp_path / "data"), "ANNALS_SERVER_LISTEN": f"127.0.0.1:{free_port()}"}


def doctor_with_an_answer(settings):
    """What it finds when the server at the address has answered in time; it is skipped otherwise."""

    def asked():
        findings = doctor(settings, 0)
        return findings if results(findings, "service") != ["skipped"] else None

    return wait_until(asked, "the server answers in time")


@needs_engine_library
def test_a_machine_without_a_service_is_examined_and_not_changed(settings, tmp_path):
    findings = doctor(settings, 0)

    assert {"configuration", "limits", "data.dir", "disk", "clock", "engine", "file store", "service"} <= set(findings)
    assert results(findings, "engine") == ["ok"] and results(findings, "service") == ["skipped"]
    assert not (tmp_path / "data").exists()
    shown = run([paths.ANNALS, "doctor"], settings, 120).stdout
    assert "ok      configuration  it has no mistakes" in shown.splitlines() and "\x1b" not in shown


def test_a_running_service_is_asked_and_not_disturbed(make, engine_kind):
    port = free_port()
    annals = make.annals(engine_kind, files="s3", environment={"ANNALS_SERVER_LISTEN": f"127.0.0.1:{port}"})

    findings = doctor_with_an_answer(annals.settings())

    assert results(findings, "service") == results(findings, "file store") == ["ok"]
    assert set(results(findings, "engine")) == {"ok"}
    assert "in use by a running service" in findings["data.dir"][0]["text"]
    assert annals.get("/readyz").status_code == 200


@needs_engine_library
def test_another_server_at_the_address_is_not_taken_for_the_service(settings):
    other = LoopbackServer(lambda handler: send_answer(handler, 200, b"ok"))
    findings = doctor_with_an_answer({**settings, "ANNALS_SERVER_LISTEN": other.url.removeprefix("http://")})
    other.close()

    (found,) = findings["service"]
    assert found["result"] == "warning" and "is not Annals" in found["text"], found


def test_each_mistake_of_the_configuration_is_named_with_its_repair(settings):
    findings = doctor({**settings, **BAD}, 1)

    assert results(findings, "configuration") == ["problem", "problem"]
    assert all(name in str(findings) for name in BAD)
    assert all(finding["repair"] for finding in findings["configuration"])


@needs_engine_library
def test_what_cannot_work_is_a_problem(settings, tmp_path):
    remote = {"ANNALS_ENGINE_KIND": "remote", "ANNALS_ENGINE_ENDPOINTS": f"http://127.0.0.1:{free_port()}"}
    assert "problem" in results(doctor({**settings, **remote}, 1), "engine")
    library = {"ANNALS_ENGINE_LIBRARY": str(tmp_path / "none.so")}
    assert "problem" in results(doctor({**settings, **library}, 1), "engine")
    (tmp_path / "file").write_text("")
    assert "problem" in results(doctor({**settings, "ANNALS_DATA_DIR": str(tmp_path / "file")}, 1), "data.dir")
    large = {"ANNALS_FILES_MIN_FREE_BYTES": str(1 << 44)}
    assert "problem" in results(doctor({**settings, **large}, 1), "disk")


@needs_engine_library
def test_what_others_can_read_is_a_warning(settings, tmp_path):
    (tmp_path / "data" / "engine").mkdir(parents=True)
    os.chmod(tmp_path / "data" / "engine", 0o755)
    findings = doctor(settings, 0)
    assert results(findings, "permissions") == ["warning"]
    assert findings["permissions"][0]["repair"].startswith("chmod o-rwx ")


def test_serve_check_names_everything_and_starts_nothing(settings, tmp_path):
    good = run([paths.ANNALS, "serve", "--check"], {**settings, "ANNALS_AUTH_API_KEYS": API_KEY})
    assert (good.returncode, good.stdout) == (0, "annals: the configuration has no mistakes\n")
    bad = run([paths.ANNALS, "serve", "--check"], {**settings, **BAD})
    assert bad.returncode == 2 and all(name in bad.stderr for name in BAD), bad.stderr
    files = {"ANNALS_SERVER_TLS_CERTIFICATE": str(tmp_path / "none"), "ANNALS_SERVER_TLS_KEY": str(tmp_path / "none")}
    without = run([paths.ANNALS, "serve", "--check"], {**settings, **files})
    assert without.returncode == 2 and all(name in without.stderr for name in files), without.stderr
    assert list(tmp_path.iterdir()) == []
