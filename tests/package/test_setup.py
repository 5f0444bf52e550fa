"""What the project needs from npm is installed once, not at every command."""

import subprocess

import pytest

from support import paths


@pytest.mark.parametrize("folder", [".", "web"])
def test_what_is_installed_is_not_installed_again(folder):
    """`./dev test` has installed it before this test."""
    asked = ["bash", "-c", 'source scripts/setup.sh && modules_are_current "$0"', folder]
    assert subprocess.run(asked, cwd=paths.ROOT, check=False).returncode == 0, f"expected {folder} to be up to date"


def test_what_is_pinned_anew_is_installed(tmp_path):
    (tmp_path / "package-lock.json").write_text("{}")
    asked = ["bash", "-c", 'source "$1" && modules_are_current "$0"', tmp_path, paths.ROOT / "scripts/setup.sh"]
    assert subprocess.run(asked, check=False).returncode != 0, "expected that nothing was installed yet"
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / ".installed-lock.json").write_text("{}")
    assert subprocess.run(asked, check=False).returncode == 0
    (tmp_path / "package-lock.json").write_text('{"packages": {}}')
    assert subprocess.run(asked, check=False).returncode != 0, "expected another list to be noticed"
