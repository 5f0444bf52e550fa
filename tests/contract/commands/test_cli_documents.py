"""Completions, the manual page and the help: they know every command, because they are made of the parser."""

import re
import subprocess

import pytest

from support import paths
from support.machine.processes import run

SHELLS = ["bash", "zsh", "fish"]


def output_of(*arguments):
    done = run([paths.ANNALS, *arguments], {})
    assert done.returncode == 0, f"expected 0, got {done.returncode}: {done.stderr}"
    return done.stdout


def names_in_help(text):
    """The commands and the long options that a help lists."""
    commands = text.partition("Subcommands:")[2]
    return re.findall(r"^  ([a-z-]+)  ", commands, re.MULTILINE), re.findall(r"^  (?:-\w,)?(--[a-z-]+)", text, re.MULTILINE)


def all_commands(words=()):
    """Every command as its words, with its options."""
    commands, options = names_in_help(output_of(*words, "--help"))
    yield list(words), options
    for name in commands:
        yield from all_commands((*words, name))


@pytest.fixture(scope="module")
def commands():
    found = list(all_commands())
    assert ["tenant", "create"] in [words for words, _ in found] and len(found) > 30
    return found


def test_the_manual_page_has_every_command_and_option(commands):
    page = output_of("manual").replace("\\-", "-")
    for words, options in commands:
        section = page.partition(f".SS annals {' '.join(words)}\n")[2].partition(".SS ")[0]
        if not words or not section:
            assert not words or any(more[: len(words)] == words != more for more, _ in commands), f"{words} is missing"
            continue
        for option in set(options) - {"--help"}:
            assert f".B {option}" in section, f"{words} {option} is missing"


def test_the_manual_page_is_one(tmp_path):
    (tmp_path / "annals.1").write_text(output_of("manual"))
    done = run(["man", "--warnings=w", "--encoding=UTF-8", "-l", tmp_path / "annals.1"], {"LC_ALL": "C.UTF-8", "MANWIDTH": "100"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "annals tenant create" in done.stdout and "EXIT STATUS" in done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_a_completion_is_a_script_of_its_shell(tmp_path, shell):
    script = tmp_path / "script"
    script.write_text(output_of("completion", shell))
    done = run([shell, "-n", script], {})
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_completion_names_every_command_and_option(commands, shell):
    script = output_of("completion", shell)
    for words, options in commands:
        for word in words:
            assert word in script, f"{words} is missing"
        for option in options:
            assert (f"-l {option[2:]}" if shell == "fish" else option) in script, f"{words} {option} is missing"


def bash_completes(tmp_path, *words):
    """What bash offers after the words, of which the last one is being typed."""
    script = tmp_path / "annals.bash"
    script.write_text(output_of("completion", "bash"))
    typed = " ".join(f"'{word}'" for word in ("annals", *words))
    run_it = f'source {script}; COMP_WORDS=({typed}); COMP_CWORD={len(words)}; _annals 2>/dev/null; printf "%s\\n" "${{COMPREPLY[@]}}"'
    return subprocess.run(["bash", "-c", run_it], capture_output=True, text=True, cwd=tmp_path, check=True).stdout.split()


def test_bash_completes_commands_options_and_what_they_take(tmp_path):
    (tmp_path / "events.ndjson").write_text("")
    assert {"tenant", "key", "events", "serve"} <= set(bash_completes(tmp_path, ""))
    assert bash_completes(tmp_path, "tenant", "rot") == ["rotate-secret"]
    assert bash_completes(tmp_path, "tenant", "rotate-secret", "demo", "--ov") == ["--overlap"]
    assert bash_completes(tmp_path, "key", "create", "--role", "") == ["admin", "ingest", "read"]
    assert "events.ndjson" in bash_completes(tmp_path, "import", "even")
    assert bash_completes(tmp_path, "events", "tail", "--url", "") == []


def test_fish_completes_commands_and_what_options_take(tmp_path):
    script = tmp_path / "annals.fish"
    script.write_text(output_of("completion", "fish"))

    def offers(line):
        done = run(["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"], {"HOME": str(tmp_path)})
        return [offer.split("\t")[0] for offer in done.stdout.splitlines()]

    assert {"tenant", "events"} <= set(offers("annals "))
    assert offers("annals tenant rot") == ["rotate-secret"]
    assert "--overlap" in offers("annals tenant rotate-secret demo --ov")
    assert sorted(offers("annals key create --role ")) == ["admin", "ingest", "read"]


def test_zsh_loads_the_completion(tmp_path):
    script = tmp_path / "_annals"
    script.write_text(output_of("completion", "zsh"))
    load = f"autoload -Uz compinit; compinit -u -D; source {script}; print -r -- $_comps[annals]; whence -w _annals_tenant_create"
    done = run(["zsh", "-f", "-c", load], {"HOME": str(tmp_path)})
    assert done.stdout.split() == ["_annals", "_annals_tenant_create:", "function"], done.stderr


def test_each_help_has_a_summary_and_most_have_examples(commands):
    with_examples = [words for words, _ in commands if "Examples:" in output_of(*words, "--help")]
    assert len(with_examples) > 12
