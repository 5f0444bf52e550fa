"""The proxies that docs/operations.md shows how to set up, run with the very text of it."""

import os
import re
import shutil
import subprocess

import pytest
import requests

from support import paths
from support.machine.processes import environment
from support.waiting import TIMEOUT_SECONDS, wait_until

DOCUMENT = paths.ROOT / "docs" / "operations.md"
PREFIX = "/annals"


def _shown(language):
    return re.search(rf"```{language}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)[1]


def _nginx(directory, annals_port, port):
    location = _shown("nginx").replace("127.0.0.1:8080", f"127.0.0.1:{annals_port}")
    temporary = "\n".join(f"{kind}_temp_path {directory};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""
        daemon off; master_process off; pid {directory}/pid; error_log stderr;
        events {{}}
        http {{ access_log off; {temporary} server {{ listen 127.0.0.1:{port}; {location} }} }}"""


def _haproxy(_directory, annals_port, port):
    # A service on a busy machine is not away if it answers after two seconds.
    shown = _shown("haproxy").replace("defaults\n", f"defaults\n  timeout check {TIMEOUT_SECONDS:g}s\n", 1)
    assert "timeout check" in shown
    return shown.replace("127.0.0.1:8080", f"127.0.0.1:{annals_port}").replace("127.0.0.1:8000", f"127.0.0.1:{port}")


class Proxy:
    """A proxy in front of a service. `kind` is haproxy or nginx; without nginx, which ./dev setup does not install, the
    test is skipped."""

    def __init__(self, kind, directory, annals_port, port):
        program = shutil.which(kind, path=os.environ["PATH"] + ":/usr/sbin")
        if program is None and kind == "nginx":
            pytest.skip("nginx is not installed")
        directory.mkdir()
        configuration = directory / "configuration"
        configuration.write_text((_nginx if kind == "nginx" else _haproxy)(directory, annals_port, port))
        arguments = ["-p", str(directory), "-c", str(configuration)] if kind == "nginx" else ["-f", str(configuration)]
        self._log = directory / "log"
        with self._log.open("wb") as log:
            command = ["setpriv", "--pdeathsig", "KILL", program, *arguments]
            self._process = subprocess.Popen(command, env=environment({}), stdout=log, stderr=log)
        url = f"http://127.0.0.1:{port}{PREFIX}/readyz"
        wait_until(lambda: self._answers(url), f"{kind} answers")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()

    def _answers(self, url):
        assert self._process.poll() is None, f"expected that the proxy runs: {self._log.read_text()}"
        try:
            return requests.get(url, timeout=10).status_code == 200
        except requests.RequestException:
            return False
