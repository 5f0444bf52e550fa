"""What goes wrong in a chaos run. Each fault begins and ends at moments that the plan of its round chooses."""

from support.faults.full_disk import TOLD_OF_NO_ROOM

# The engine's tables need room even for what it deletes.
LITTLE_ROOM = 100 << 20
HOUR = 3600


class Fault:
    """`target` is what it is done to; of one round, no two faults have the same. `kind` names it in the summary."""

    def __init__(self, kind, target, begin, end):
        self.kind = kind
        self.target = target
        self.begin = begin
        self.end = end

    def __str__(self):
        return f"{self.kind} ({self.target})"


def _of_instance(deployment, number):
    """What can be done to one instance."""
    target = f"instance {number}"
    back = lambda: deployment.try_to_bring_back(number)

    yield Fault("kill -9", target, lambda: deployment.kill(number), back)
    yield Fault("kill -9 twice", target, lambda: deployment.kill(number), lambda: _die_while_starting(deployment, number))
    yield Fault("STOP and CONT", target, lambda: deployment.freeze(number), lambda: deployment.thaw(number))
    yield Fault("restart", target, lambda: deployment.restart(number), back)


def _die_while_starting(deployment, number):
    """It is killed as soon as it listens, and starts again."""
    deployment.try_to_bring_back(number)
    deployment.kill(number)
    deployment.try_to_bring_back(number)


def _of_clock(clock, number, seconds):
    target = f"clock {number}"
    for ahead in seconds:
        yield Fault(f"clock {ahead:+} s", target, lambda ahead=ahead: clock.set(ahead), lambda: clock.set(0))


def _of_disk(deployment):
    disk = deployment.disk
    yield Fault("disk full", "disk", lambda: disk.fill(0), deployment.repair_disk)
    yield Fault("disk nearly full", "disk", lambda: disk.fill(LITTLE_ROOM), disk.empty)
    slow = deployment.slow_disk
    for milliseconds in (20, 300):
        yield Fault("disk slow", "speed of the disk", lambda ms=milliseconds: slow.slow_down(ms), slow.speed_up)


def _of_server(server, full):
    yield Fault("engine away", "engine", server.kill, server.restart)
    yield Fault("engine hangs", "engine", server.stop, server.cont)
    # It is told of no room, and its writes succeed: the library that is the server in these tests (26.7) takes a
    # failed write for a successful one, which ClickHouse itself does not.
    yield Fault("engine without room", "engine", lambda: full.write_text(TOLD_OF_NO_ROOM), lambda: full.unlink(missing_ok=True))


def _of_gate(gate, random):
    for trouble in ("slow", "resetting"):
        seed = random.randrange(1 << 32)
        yield Fault(f"engine {trouble}", "engine's network", lambda t=trouble, s=seed: gate.begin(t, s), gate.end)


def _of_file_store(s3):
    """Of the gateway itself, and of the proxy in front of it."""
    yield Fault("file store away", "file store", lambda: s3.fault("kill"), s3.bring_back)
    yield Fault("file store hangs", "file store", lambda: s3.fault("hang"), lambda: s3.fault("resume"))
    for operation, how in (("all", "reset"), ("all", "503"), ("all", "hang"), ("all", "flaky"), ("put", "lost-reply"), ("delete", "lost-reply"), ("list", "500")):  # fmt: skip
        yield Fault(
            f"file store {operation} {how}",
            "file store",
            lambda operation=operation, how=how: s3.fault("proxy", operation, how),
            lambda: s3.fault("proxy", "all", "none"),
        )


def faults_of(deployment, random):
    """Everything that can go wrong with it, by target."""
    found = []
    for number in range(len(deployment.instances)):
        found += _of_instance(deployment, number)
    for number, clock in enumerate(deployment.clocks):
        # S3 refuses signatures that are a quarter of an hour off.
        steps = (-HOUR, -30, 45, HOUR) if deployment.kind == "embedded" else (-300, -30, 45, 300)
        found += _of_clock(clock, number, steps)
    if deployment.disk:
        found += _of_disk(deployment)
    if deployment.gate:
        found += _of_server(deployment.engine.behind.server, deployment.full)
        found += _of_gate(deployment.gate, random)
    if deployment.s3:
        found += _of_file_store(deployment.s3)
    by_target = {}
    for fault in found:
        by_target.setdefault(fault.target, []).append(fault)
    return by_target
