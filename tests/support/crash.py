"""Annals that kills itself at the N-th call to the engine or the file store."""

from support import paths
from support.waiting import SLOWNESS

# Who is killed, or loses an answer, holds its leases for a short time only.
LEASES = {"ANNALS_TENANTS_CREATING_TIMEOUT_SECONDS": str(2 * SLOWNESS)}
ARMED = {**LEASES, "ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "3600"}
RESTARTED = {**LEASES, "ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.2"}
CONVERGE_SECONDS = 30


class Kill:
    """A service that dies before or after one call, counted from when it is armed until it is disarmed."""

    def __init__(self, annals, when, number, environment=None, trail=False):
        """Starts it. What the audit trail calls counts if told so."""
        self.annals = annals
        self._arm = annals.directory / "arm"
        kill = {"TEST_KILL": f"{when}:{number}", "TEST_KILL_ARM": str(self._arm)}
        if trail:
            kill["TEST_KILL_TRAIL"] = "1"
        annals.start(program=paths.ANNALS_KILLED, environment={**(environment or {}), **kill})

    def arm(self):
        self._arm.touch()

    def disarm(self):
        """Whether the call has begun; waits for the death then."""
        try:
            self._arm.unlink()
        except FileNotFoundError:
            self.annals.wait_killed()
            return True
        return False


class Crash:
    """A service that dies at one call of the request that follows."""

    def __init__(self, annals, when, number, trail=False):
        self.annals = annals
        self._kill = Kill(annals, when, number, ARMED, trail)

    def request(self, method, path, **arguments):
        """True when it died; False when the request came through in fewer calls."""
        self._kill.arm()
        outcome = self.annals.outcome(method, path, **arguments)
        if self._kill.disarm():
            return True
        assert outcome, "expected that the process answers, or dies at the chosen call"
        assert outcome[0] in (200, 201, 204), f"expected that the request succeeds or the process dies, got {outcome}"
        return False
