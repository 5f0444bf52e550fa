"""Which faults a round has, and when: all of it follows from the seed and the number of the round."""

import dataclasses

from chaos.faults import Fault, faults_of

MOST_FAULTS = 3
FIRST_MOMENT, LAST_MOMENT = 20, 200
SHORTEST, LONGEST = 20, 150


@dataclasses.dataclass
class Planned:
    """Moments are numbers of requests that have ended since the round began."""

    fault: Fault
    begins: int
    ends: int

    def __str__(self):
        return f"{self.fault} from {self.begins} to {self.ends}"


def plan(deployment, random):
    """The faults of a round, each of another target; they may overlap."""
    by_target = faults_of(deployment, random)
    targets = random.sample(sorted(by_target), min(len(by_target), random.randrange(1, MOST_FAULTS + 1)))
    planned = []
    for target in targets:
        begins = random.randrange(FIRST_MOMENT, LAST_MOMENT)
        planned.append(Planned(random.choice(by_target[target]), begins, begins + random.randrange(SHORTEST, LONGEST)))
    return planned


def moments(planned):
    """(moment, name, action) in the order of time."""
    found = []
    for one in planned:
        found.append((one.begins, f"begin {one.fault}", one.fault.begin))
        found.append((one.ends, f"end {one.fault}", one.fault.end))
    return sorted(found, key=lambda moment: moment[:2])
