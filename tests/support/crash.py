"""Annals that kills itself at the N-th call to the engine or the file store."""

from support import paths
from support.waiting import SLOWNESS

# Who is killed, or loses an answer, holds its leases for a short time only.
LEASES = {"ANNALS_TENANTS_CREATING_TIMEOUT_SECONDS": str(2 * SLOWNESS)}
ARMED = {**LEASES, "ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "3600"}
RESTARTED = {**LEASES, "ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.2"}
CONVERGE_SECONDS = 30


class Crash:
    """A service that dies at one call of the request that follows; what the audit trail calls counts if told so."""

    def __init__(self, annals, when, number, trail=False):
        self.annals = annals
        self._arm = annals.directory / "arm"
        kill = {"TEST_KILL": f"{when}:{number}", "TEST_KILL_ARM": str(self._arm)}
        if trail:
            kill["TEST_KILL_TRAIL"] = "1"
        annals.start(program=paths.ANNALS_KILLED, environment={**ARMED, **kill})

    def request(self, method, path, **arguments):
        """True when it died; False when the request came through."""
        self._arm.touch()
        outcome = self.annals.outcome(method, path, **arguments)
        self._arm.unlink()
        if outcome is None:
            self.annals.wait_killed()
            return True
        assert outcome[0] in (200, 201, 204), f"expected that the request succeeds or the process dies, got {outcome}"
        return False
