"""What the pages compute, without a browser: sentences, lists, filters, kinds of files."""

import subprocess

from support import paths

SECONDS = 540  # of which a machine that nobody else uses needs a tenth


def test_what_the_pages_compute_is_right(tmp_path):
    command = ["node", paths.ROOT / "web" / "tests" / "run.mjs", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)

    assert done.returncode == 0, f"expected that all pass:\n{done.stdout[-5000:]}{done.stderr[-2000:]}"
    assert "fail 0" in done.stdout


def test_what_the_pages_compute_has_the_right_types():
    command = ["npx", "tsc", "-p", "tsconfig.json"]
    done = subprocess.run(command, cwd=paths.ROOT / "web", capture_output=True, text=True, timeout=SECONDS, check=False)

    assert done.returncode == 0, f"expected no faults in the types:\n{done.stdout[-5000:]}"
