"""Certificates that are made for a test, with the command-line tool of OpenSSL."""

import dataclasses
import pathlib
import shutil
import ssl
import subprocess


@dataclasses.dataclass
class Pair:
    """A certificate and its key, as files."""

    certificate: pathlib.Path
    key: pathlib.Path

    def copy_to(self, other):
        """Replaces the files of another pair, each by a new file, as certbot and Kubernetes do."""
        for ours, theirs in ((self.certificate, other.certificate), (self.key, other.key)):
            unfinished = theirs.with_suffix(".new")
            shutil.copy(ours, unfinished)
            unfinished.rename(theirs)


class Authority:
    """Certifies servers and clients."""

    def __init__(self, directory, name="annals test authority"):
        self._directory = pathlib.Path(directory)
        self._directory.mkdir(parents=True, exist_ok=True)
        self._made = 0
        self._own = self._make(name, ["-addext", "basicConstraints=critical,CA:TRUE"])

    @property
    def certificate(self):
        return self._own.certificate

    def issue(self, name="annals", rsa=False):
        """A certificate for this machine."""
        ours = ["-CA", self._own.certificate, "-CAkey", self._own.key]
        extensions = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE"]
        return self._make(name, [*ours, *extensions], rsa)

    def _make(self, name, arguments, rsa=False):
        self._made += 1
        pair = Pair(self._directory / f"{self._made}.pem", self._directory / f"{self._made}.key")
        kind = ["-newkey", "rsa:2048"] if rsa else ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        command = ["openssl", "req", "-x509", *kind, "-nodes", "-days", "30", "-subj", f"/CN={name}"]
        files = ["-keyout", pair.key, "-out", pair.certificate]
        subprocess.run([*command, *arguments, *files], check=True, capture_output=True)
        return pair


def client_context(authority, pair=None):
    """What a client connects with: it trusts the authority, and shows the pair. An end without close_notify is an error."""
    context = ssl.create_default_context(cafile=str(authority.certificate))
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    if pair is not None:
        context.load_cert_chain(pair.certificate, pair.key)
    return context
