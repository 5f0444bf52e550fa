"""A chaos run: rounds of load and faults, and after each of them the checks."""

import collections
import random
import time
import traceback

import pytest

from chaos import checks, resources, traces
from chaos.deployment import SETTINGS
from chaos.load import Load
from chaos.model import ACTIVE, KEPT_NAMES, Model
from chaos.plan import moments, plan
from support.waiting import wait_until

# A moment comes at the latest after so long: while a service is frozen, no request ends. It is more than a statement may
# take, so that one that runs when its service is frozen is out of time when that goes on.
MOMENT_SECONDS = 1 + float(SETTINGS["ANNALS_ENGINE_TIMEOUT_SECONDS"])
SERVED_AGAIN = 60


class Run:
    """Rounds with a deployment, until the time is over. A failure names the seed, the round and its plan."""

    def __init__(self, deployment, seed):
        self.deployment = deployment
        self.seed = seed
        self.model = Model()
        self.rounds = 0
        self.faults = collections.Counter()
        self._planned = []
        self._baseline = {}

    def last(self, seconds):
        """Runs rounds for about so long, one at least."""
        ends = time.monotonic() + seconds
        failure = None
        try:
            self._prepare()
            while self.rounds == 0 or time.monotonic() < ends:
                self.rounds += 1
                self._round(random.Random(f"{self.seed}/{self.rounds}"))
        except (Exception, pytest.fail.Exception) as what:
            failure = what
        if failure:
            self._fail(failure)

    def summary(self):
        counts = self.model.counts
        answers = ", ".join(f"{name.split()[1]}: {n}" for name, n in sorted(counts.items()) if name.startswith("answers"))
        faults = ", ".join(f"{name}: {number}" for name, number in sorted(self.faults.items()))
        return "\n".join([
            f"chaos with the {self.deployment.kind} engine, --seed {self.seed}: {self.rounds} rounds",
            f"  faults: {faults}",
            f"  requests: {counts['requests']} ({answers}), time-outs: {counts['time-outs']}",
            f"  events acknowledged: {counts['events acknowledged']}, lost: {counts['lost']}, doubled: {counts['doubled']}",
            f"  files acknowledged: {counts['files acknowledged']}",
            f"  tenants made: {counts['tenants made']}, deleted: {counts['tenants deleted']}",
            *([f"  {dict(self.deployment.deaths)}"] if self.deployment.deaths else []),
            *([f"  the small disk is {self.deployment.disk.name}"] if self.deployment.disk else []),
        ])

    # --- a round ---

    def _prepare(self):
        self.deployment.start()
        annals = self.deployment.instances[0]
        for name in KEPT_NAMES:
            made = annals.initialise(name)
            self.model.take_name(name)
            self.model.made(name, f"label of {name}", made["client_id"], keeps=True)

    def _round(self, choose):
        self._planned = plan(self.deployment, choose)
        with Load(self.deployment.instances, self.model, f"{self.seed}/{self.rounds}"):
            begun = self.model.answered()
            for moment, _, action in moments(self._planned):
                self._wait_for_moment(begun + moment)
                action()
            for planned in self._planned:
                self.faults[planned.fault.kind] += 1
            self.deployment.start()
            self._wait_until_served()
        self._check(choose)

    def _wait_for_moment(self, number):
        """By counts rather than by time, so that a replay meets the clients where the first run did."""
        deadline = time.monotonic() + MOMENT_SECONDS
        wait_until(lambda: self.model.answered() >= number or time.monotonic() > deadline, f"{number} answers")

    def _wait_until_served(self):
        """Everything is repaired, so that the service goes on without help."""
        enough = self._served() + SERVED_AGAIN
        wait_until(lambda: self._served() >= enough, f"{SERVED_AGAIN} more writes are acknowledged")

    def _served(self):
        with self.model.lock:
            return self.model.counts["answers 201"]

    def _check(self, choose):
        deployment, model = self.deployment, self.model
        assert not model.complaints, "expected that every answer keeps the promises"
        checks.settle(deployment, model)
        self._read_everything(choose)
        self._check_resources()
        traces.check_late_uploads(deployment, model)
        checks.check_tenants(deployment, model)
        if deployment.kind == "remote":
            # While they run: they remove the leases of one that was killed.
            traces.check_engine(deployment, model)
        deployment.stop()
        traces.check_bytes(deployment.engine.directory.parent, model)
        if deployment.kind == "embedded":
            # Nobody else can read the engine while it runs.
            traces.check_engine(deployment, model)
        deployment.start()

    def _read_everything(self, choose):
        for number, tenant in enumerate(self.model.having(ACTIVE)):
            annals = self.deployment.instances[(self.rounds + number) % len(self.deployment.instances)]
            checks.check_events(annals, self.model, tenant)
            checks.check_files(annals, tenant, choose)

    def _check_resources(self):
        for number, annals in enumerate(self.deployment.instances):
            if number in self._baseline:
                resources.wait_until_back(annals, self._baseline[number])
            else:
                self._baseline[number] = resources.held(annals)

    def _complaints(self):
        found = self.model.complaints
        return "\n".join([f"{len(found)} answers broke a promise:", *found[:5]]) if found else ""

    def _fail(self, failure):
        plans = "; ".join(map(str, self._planned)) or "none"
        pytest.fail(
            f"chaos with the {self.deployment.kind} engine, --seed {self.seed}, round {self.rounds}, faults: {plans}\n"
            f"{failure}\n{self._complaints()}\n{''.join(traceback.format_tb(failure.__traceback__)[-4:])}\n{self.summary()}",
            pytrace=False,
        )
