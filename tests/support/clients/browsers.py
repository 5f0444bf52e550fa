"""A real browser, which a script of tests/browser drives."""

import json
import shutil
import subprocess

from support import paths

SCRIPTS = paths.ROOT / "tests" / "browser"


def drive(script, *arguments, seconds, given=None):
    """Runs a script with the browser's path and the arguments, and `given` as JSON on its input; returns the JSON that it prints."""
    browser = shutil.which("chromium")
    assert browser, "expected a browser: ./dev setup installs chromium"
    done = subprocess.run(
        ["node", SCRIPTS / script, browser, *map(str, arguments)],
        input=json.dumps(given), capture_output=True, text=True, timeout=seconds, check=False,
    )
    assert done.returncode == 0, f"expected the browser to work: {done.stderr[-5000:]}"
    return json.loads(done.stdout)
