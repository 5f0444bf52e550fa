"""Annals that kills itself at the N-th call to the engine or the file store."""

from support import paths
from support.waiting import SLOWNESS

# Who is killed, or loses an answer, holds its leases for a short time only.
LEASES = {"ANNALS_TENANTS_CREATING_TIMEOUT_SECONDS": str(2 * SLOWNESS)}


class Kill:
    """A service that dies before or after one call, counted from when it is armed until it is disarmed."""

    def __init__(self, annals, environment=None):
        """Starts it."""
        self.annals = annals
        self._arm = annals.directory / "arm"
        self._environment = {**(environment or {}), "TEST_KILL_ARM": str(self._arm)}
        self.start()

    def start(self):
        self.annals.start(program=paths.ANNALS_KILLED, environment=self._environment)

    def arm(self, when, number):
        new = self._arm.with_suffix(".new")
        new.write_text(f"{when}:{number}")
        new.rename(self._arm)

    def disarm(self):
        """Whether the call has begun; waits for the death then."""
        try:
            self._arm.unlink()
        except FileNotFoundError:
            self.annals.wait_killed()
            return True
        return False


class Crash:
    """A service that dies at chosen calls of requests, whatever its own rounds do, and is started again."""

    def __init__(self, annals, when, trail=False):
        """Starts it. What the audit trail calls counts if told so."""
        self.annals = annals
        self._when = when
        settings = {**LEASES, "ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.2", "TEST_KILL_REQUESTS": "1"}
        if trail:
            settings["TEST_KILL_TRAIL"] = "1"
        self._kill = Kill(annals, settings)

    def request(self, number, method, path, **arguments):
        """False when the request came through in fewer calls; True when it died at that call and runs again, or was told to
        come back: on a busy machine its short lease may be over before its work."""
        self._kill.arm(self._when, number)
        outcome = self.annals.outcome(method, path, **arguments)
        if self._kill.disarm():
            self._kill.start()
            return True
        assert outcome, "expected that the process answers, or dies at the chosen call"
        assert outcome[0] in (200, 201, 204, 503), f"expected that the request succeeds or the process dies, got {outcome}"
        return outcome[0] == 503
