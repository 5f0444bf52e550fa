"""The clients of a chaos run, all at once."""

import random
import traceback

from chaos.claiming import Claiming
from chaos.reading import Reading
from chaos.sending import Sending
from support.clients.load import Clients

CLIENTS = 10
# A client that finds nobody tries again soon, as real ones do.
RETRY_SECONDS = 0.05

# What a client does, and how often.
WEIGHTS = {
    "send_single": 30,
    "send_array": 6,
    "send_ndjson": 4,
    "send_envelope": 12,
    "send_again": 12,
    "send_conflict": 2,
    "upload": 8,
    "read_event": 12,
    "read_page": 6,
    "read_file": 6,
    "read_export": 1,
    "claim": 3,
    "delete": 2,
}


class AnyClient(Sending, Reading, Claiming):
    def act(self):
        """One request, or a few that belong together. False if the service was not there."""
        (action,) = self._random.choices(list(WEIGHTS), WEIGHTS.values())
        return getattr(self, action)() is not False


class Load(Clients):
    """Clients that do what chance says until they are stopped."""

    def __init__(self, instances, model, seed):
        super().__init__(
            self._run, [AnyClient(instances, model, random.Random(f"{seed}/client {i}")) for i in range(CLIENTS)]
        )
        self._model = model

    def _run(self, client):
        while not self.stopping.is_set():
            try:
                if not client.act():
                    self.stopping.wait(RETRY_SECONDS)
            except Exception:
                self._model.complain(f"a client failed: {traceback.format_exc(limit=8)}")
