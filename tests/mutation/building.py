"""Builds mutants beside an ordinary build, of which everything but the one object is taken."""

import json
import os
import pathlib
import shlex
import subprocess
import sys

import reached

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import layers  # noqa: E402

BUILD = ROOT / "build" / "mutation"
CONFIGURE = ["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DCMAKE_CXX_COMPILER=clang++-19", "-DCMAKE_C_COMPILER=clang-19",
             "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-DCMAKE_CXX_FLAGS=-O0 -g0"]
# What the tests in Python run; the mutant is in those of WITH_MUTANT.
WITH_MUTANT = ["annals", "annals_killed"]
HELPERS = ["failing_sync", "full_disk", "hanging_accept", "killing_files", "shifted_clock", "clickhouse_server"]
OUTPUTS = {"annals": "annals"}  # all others lie in tests


class BuildError(Exception):
    pass


def checked(arguments, what):
    ended = subprocess.run(list(map(str, arguments)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if ended.returncode != 0:
        raise BuildError(f"{what} failed:\n{ended.stdout[-6000:]}")
    return ended.stdout


def output_of(target):
    return OUTPUTS.get(target, f"tests/{target}")


def configure():
    if not (BUILD / "build.ninja").exists():
        checked(CONFIGURE, "configuring")
    build(["build.ninja"], "the plan of the build")  # there may be new files


def build(files, what):
    checked(["ninja", "-C", BUILD, "-j", os.cpu_count(), *files], f"building {what}")


def prepare(unit_tests, with_service):
    """Builds what the mutants are linked with."""
    configure()
    parts = {part for test in unit_tests for part in link_command_of(test) if part.endswith((".o", ".a")) and part[0] != "/"}
    build(sorted(parts), "the unit tests")
    if with_service:
        build([*WITH_MUTANT, *HELPERS], "the service")


def link_command_of(target):
    """Returns how a program is linked; a unit test without the folders that it does not reach, which need no building then."""
    commands = checked(["ninja", "-C", BUILD, "-t", "commands", "-s", output_of(target)], f"asking how to link {target}")
    # : && clang++ … -o tests/unit_x … && :
    steps = [step.strip() for step in commands.strip().splitlines()[-1].split("&&")]
    parts = shlex.split(next(step for step in steps if " -o " in step))
    if not target.startswith("unit_"):
        return parts
    needless = {f"src/libannals_{folder.replace('/', '_')}.a" for folder in set(layers.read().folders) - reached.folders(target)}
    return [part for part in parts if part not in needless and part != "src/libannals_service.a"]


class Workshop:
    """Compiles and links the mutants of one worker in a directory of its own."""

    _compile_commands = None

    def __init__(self, number):
        self.directory = BUILD / "mutants" / str(number)
        self.directory.mkdir(parents=True, exist_ok=True)
        self._links = {}

    @property
    def object(self):
        return self.directory / "mutant.o"

    def compile(self, path, text):
        """Compiles a text in place of that source. Returns whether it compiles, and what the compiler says. Warnings do not
        matter: an unused variable is no fault."""
        source = self.directory / pathlib.PurePath(path).name
        source.write_text(text)
        arguments = list(self._command_of(path))
        arguments[arguments.index("-o") + 1] = str(self.object)
        arguments[arguments.index("-c") + 1] = str(source)
        ended = subprocess.run([*arguments, "-w", "-ferror-limit=0", "-fno-caret-diagnostics"], cwd=BUILD, text=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        return ended.returncode == 0, ended.stderr

    def link(self, target, objects):
        """Links a program with the objects, which stand before the libraries. Returns the program, or None."""
        program = self.directory / output_of(target)
        program.parent.mkdir(exist_ok=True)
        if target not in self._links:
            self._links[target] = link_command_of(target)
        arguments = list(self._links[target])
        arguments[arguments.index("-o") + 1] = str(program)
        at = arguments.index("-o")
        arguments[at:at] = map(str, objects)
        ended = subprocess.run([*arguments, "-Wl,--allow-multiple-definition"], cwd=BUILD, capture_output=True, check=False)
        return program if ended.returncode == 0 else None

    def link_helpers(self):
        """Makes the directory look like a build to the tests in Python."""
        for folder in ("", "tests"):
            (self.directory / folder).mkdir(exist_ok=True)
            libraries = [*(BUILD / folder).glob("*.so"), *(BUILD / folder).glob("clickhouse_server")]
            for original in libraries:
                link = self.directory / folder / original.name
                if not link.is_symlink():
                    link.symlink_to(original)

    @classmethod
    def _command_of(cls, path):
        if cls._compile_commands is None:
            entries = json.loads((BUILD / "compile_commands.json").read_text())
            cls._compile_commands = {entry["file"]: entry["command"] for entry in entries}
        return shlex.split(cls._compile_commands[str(ROOT / path)])
