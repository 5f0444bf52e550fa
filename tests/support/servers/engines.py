"""The two ways in which Annals reaches ClickHouse, with one interface for tests."""

import pytest

from support import paths
from support.servers.clickhouse import ClickHouseServer
from support.servers.clickhouse_users import USER, PASSWORD

# For tests of what reads with the engine library, and of the embedded engine alone.
needs_engine_library = pytest.mark.skipif(paths.is_sanitized(), reason="a sanitized build loads no engine library")


class RemoteEngine:
    """A ClickHouse server. Several instances of Annals may share it."""

    kind = "remote"

    def __init__(self, directory, users=None):
        """`users` is a users.xml, as support.servers.clickhouse_users makes it, with the user that Annals then is."""
        self.server = ClickHouseServer(directory, users)
        self.directory = self.server.directory
        self._has_user = users is not None

    def start(self):
        self.server.start()
        return self

    def environment(self):
        user = {"ANNALS_ENGINE_USER": USER, "ANNALS_ENGINE_PASSWORD": PASSWORD} if self._has_user else {}
        return {"ANNALS_ENGINE_KIND": "remote", "ANNALS_ENGINE_ENDPOINTS": self.server.endpoint, **user}

    def sql(self, text, **parameters):
        return self.server.sql(text, **parameters)

    def release(self):
        """Before Annals starts: nothing to do, the server is for all."""

    def close(self):
        self.server.kill()


class EmbeddedEngine:
    """The engine inside Annals. Its directory can be read by a ClickHouse server while Annals does not run."""

    kind = "embedded"

    def __init__(self, data_directory):
        self.directory = data_directory / "engine"
        self._inspector = None

    def environment(self):
        return {"ANNALS_ENGINE_KIND": "embedded"}

    def sql(self, text, **parameters):
        if self._inspector is None:
            self._wake_tables()
            self._inspector = ClickHouseServer(self.directory).start()
        return self._inspector.sql(text, **parameters)

    def _wake_tables(self):
        """As docs/operations.md says for those who open the directory with another program."""
        for saved in self.directory.glob("store/*/*/*.sql.bak"):
            saved.rename(saved.with_suffix(""))
        for mark in self.directory.glob("store/*/*/*.sql.detached"):
            mark.unlink()

    def release(self):
        """Before Annals starts: one process per directory."""
        if self._inspector is not None:
            self._inspector.kill()
            self._inspector = None

    def close(self):
        self.release()
