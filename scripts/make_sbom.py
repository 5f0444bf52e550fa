"""Prints a CycloneDX 1.5 document of what a build of Annals consists of: which packages its program was compiled from and
loads, what the pages in it were built from, and the engine library.

usage: make_sbom.py BUILD-DIRECTORY ENGINE-LIBRARY VERSION
"""

import datetime
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[1]
ENGINE = "@chdb/lib-linux-x64-gnu"


def output(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def headers(build):
    """The headers of other packages that objects of the program were compiled from, as ninja has noted them."""
    found = set()
    ours = False
    for line in output("ninja", "-C", build, "-t", "deps").splitlines():
        if not line.startswith(" "):
            ours = line.startswith("src/")
        elif ours and line.lstrip().startswith("/usr/"):
            found.add(os.path.realpath(line.strip()))
    return found


def libraries(program):
    """The shared libraries that the program names, as the loader finds them."""
    named = re.findall(r"\(NEEDED\).*\[(.*)\]", output("readelf", "--dynamic", program))
    found = dict(re.findall(r"(\S+) => (\S+)", output("ldd", program)))
    return {os.path.realpath(found[name]) for name in named}


def packages(files):
    """The Debian packages that the files belong to."""
    # Libraries lie in /usr/lib, but are listed below /lib where both are one directory.
    names = sorted(files | {name.removeprefix("/usr") for name in files})
    listed = subprocess.run(["dpkg", "--search", *names], capture_output=True, text=True, check=False).stdout
    return sorted({line.split(":")[0] for line in listed.splitlines() if not line.startswith("diversion")})


@functools.cache
def licences(package):
    """All licences that a package's copyright file names, those of its tests too, if it has the form that programs read."""
    file = pathlib.Path("/usr/share/doc") / package / "copyright"
    text = file.read_text(errors="replace") if file.exists() else ""
    names = sorted(set(re.findall(r"(?m)^License: *(\S.*?) *$", text)))
    return [{"license": {"name": name}} for name in names]


def debian_component(package):
    version, architecture = output("dpkg-query", "-W", "-f", "${Version} ${Architecture}\n", package).split()[:2]
    purl = f"pkg:deb/debian/{package}@{version.replace('+', '%2B')}?arch={architecture}&distro=debian-12"
    component = {"type": "library", "bom-ref": purl, "name": package, "version": version, "purl": purl}
    if licences(package):
        component["licenses"] = licences(package)
    return component


def sha256(file):
    with open(file, "rb") as content:
        return [{"alg": "SHA-256", "content": hashlib.file_digest(content, "sha256").hexdigest()}]


def engine_component(library):
    version = json.loads((ROOT / "package.json").read_text())["dependencies"][ENGINE]
    purl = f"pkg:npm/{ENGINE.replace('@', '%40')}@{version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": ENGINE,
        "version": version,
        "purl": purl,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "hashes": sha256(library),
        "description": "libchdb.so as its makers built it; the installed copy has no search path",
    }


def page_components():
    """The npm packages whose code Vite has put into the pages: all that are not for the build alone."""
    locked = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    for path, package in locked.items():
        if not path or package.get("dev"):
            continue
        name = path.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{name.replace('@', '%40')}@{package['version']}"
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": package["version"],
            "purl": purl,
            "licenses": [{"license": {"id": package["license"]}}],
            "description": "in the console and in the history that other pages embed",
        }


def document(build, library, version):
    program = build / "annals"
    engine = engine_component(library)
    components = [*map(debian_component, packages(headers(build) | libraries(program))), *page_components(), engine]
    made = int(os.environ.get("SOURCE_DATE_EPOCH", program.stat().st_mtime))
    application = {
        "type": "application",
        "bom-ref": "annals",
        "name": "annals",
        "version": version,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
    }
    content = json.dumps([application, components])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.datetime.fromtimestamp(made, datetime.timezone.utc).isoformat(timespec="seconds"),
            "component": application,
        },
        "components": components,
        "dependencies": [{"ref": "annals", "dependsOn": [component["bom-ref"] for component in components]}],
        # The engine library contains much that it does not tell.
        "compositions": [{"aggregate": "incomplete", "assemblies": [engine["bom-ref"]]}],
    }


def main():
    build, library, version = sys.argv[1:]
    json.dump(document(pathlib.Path(build), pathlib.Path(library), version), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
