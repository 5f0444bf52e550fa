"""Signals: what stops the program, what it still answers then, and what is there afterwards."""

import concurrent.futures
import contextlib
import fcntl
import os
import pty
import re
import signal
import subprocess
import termios
import time

import pytest

from support import paths
from support.annals import API_KEY
from support.answers.problems import CLIENT_EXISTS, expect
from support.clients.raw_http import RawConnection, head
from support.gates.holding_gate import HoldingGate
from support.machine.processes import environment
from support.waiting import TIMEOUT_SECONDS, wait_until

ABORTED = "some requests did not end in time and were aborted"
STOPS = 3


def test_sigterm_ends_it_with_0(make, engine_kind):
    make.annals(engine_kind).terminate()


def test_a_hang_up_makes_it_read_its_configuration_again_and_a_stop_still_drains(make):
    annals = make.annals()

    for times in range(1, 4):
        os.kill(annals.pid, signal.SIGHUP)
        wait_until(lambda: annals.log.count("the configuration was read again") == times, "it reads it again")

    assert annals.get("/readyz").status_code == 200
    annals.terminate()


OPENS = "opening the embedded engine"
LISTENS = "annals: listening"


def hung_up_while_it_starts(annals):
    """Starts it, and hangs up again and again from when its engine opens until it listens. Returns whether it did so in
    time."""
    opened, listened = annals.log.count(OPENS), annals.log.count(LISTENS)
    sent = 0

    def hang_up_until_it_listens():
        nonlocal sent
        if annals.log.count(OPENS) == opened:
            return False
        if annals.log.count(LISTENS) > listened or not annals.running:
            return True
        os.kill(annals.pid, signal.SIGHUP)
        sent += 1
        return False

    with concurrent.futures.ThreadPoolExecutor() as pool:
        sending = pool.submit(wait_until, hang_up_until_it_listens, "it listens or has ended")
        annals.restart()
        sending.result()
    return sent > 0


def test_a_hang_up_during_the_start_does_not_end_it(make):
    annals = make.annals("embedded", start=False)

    wait_until(lambda: hung_up_while_it_starts(annals), "it is hung up before it listens")

    assert annals.get("/readyz").status_code == 200
    annals.terminate()


def test_a_hang_up_during_the_drain_ends_neither_the_drain_nor_the_process(make):
    drain_seconds = 3
    annals = make.annals(environment={"ANNALS_SERVER_DRAIN_DELAY_SECONDS": str(drain_seconds)})

    def is_draining():
        answer = annals.outcome("GET", "/readyz", key=None)
        return answer is None or answer[0] == 503  # None: the drain is over before the test has looked

    asked = time.monotonic()
    annals.send_terminate()
    wait_until(is_draining, "it drains")

    os.kill(annals.pid, signal.SIGHUP)

    annals.wait_terminated()
    lasted = time.monotonic() - asked
    assert lasted >= drain_seconds, f"expected that it drains for {drain_seconds} s whatever hangs up, got {lasted}"


@contextlib.contextmanager
def request_at_the_engine(annals):
    """A request, as a future, of which a statement waits for the engine until the end of the `with`."""
    held = annals.engine.gate.hold("=shop")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        try:
            body = {"database_name": "shop", "client_label": "shop"}
            running = pool.submit(annals.outcome, "POST", "/api/initialize-tenant", json=body)
            wait_until(held.arrived.is_set, "the request reaches the engine")
            yield running
        finally:
            held.release()


def stop_with_a_request_in_flight(make, hang_ups=0):
    """Stops a service while a request waits for the engine, which goes on after that many hang-ups. The request must be
    answered then, and the service end. Begins again if the service had no time for the answer."""
    for _ in range(STOPS):
        annals = make.annals(make.gated(HoldingGate))
        with request_at_the_engine(annals) as running:
            annals.send_terminate()
            wait_until(lambda: refuses_connections(annals), "it takes no more connections")
            for _ in range(hang_ups):
                os.kill(annals.pid, signal.SIGHUP)
        annals.wait_terminated()
        if ABORTED not in annals.log:
            break
    answer = running.result()
    assert answer and answer[0] == 201, f"expected 201, got {answer}"


def test_a_hang_up_while_the_last_requests_are_answered_ends_none_of_them(make):
    stop_with_a_request_in_flight(make, hang_ups=3)


def in_terminal(annals):
    """Starts it in a terminal of its own; returns the process, and the other end of the terminal."""
    annals.directory.mkdir(exist_ok=True)
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [paths.ANNALS, "serve"],
        env=environment(annals.settings()),
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(1, termios.TIOCSCTTY, 0),
    )
    os.close(follower)
    return process, leader


def read_until(leader, text):
    printed = b""
    while text not in printed:
        printed += os.read(leader, 4096)
    return printed


def test_the_hang_up_of_its_terminal_stops_it(make):
    process, leader = in_terminal(make.annals(start=False))
    with process:
        read_until(leader, b"listening")
        os.close(leader)
        assert process.wait(timeout=TIMEOUT_SECONDS) == 0, "expected that it stops as after SIGTERM"


def test_in_a_terminal_it_logs_text_and_a_signal_alone_does_not_stop_it(make):
    process, leader = in_terminal(make.annals(start=False))
    with process:
        printed = read_until(leader, b"listening")
        assert re.search(rb"^[0-9T:.-]+Z info +starting version=", printed, re.MULTILINE), printed
        process.send_signal(signal.SIGHUP)
        read_until(leader, b"the configuration was read again")
        process.terminate()
        read_until(leader, b"stopping")
        assert process.wait(timeout=TIMEOUT_SECONDS) == 0
    os.close(leader)


def test_sigterm_with_idle_connections_ends_it_with_0(make):
    for _ in range(STOPS):
        annals = make.annals()
        with RawConnection(annals) as idle, RawConnection(annals):
            idle.send(head("GET", "/healthz")).reply()
            annals.terminate()
        # The rounds of upkeep that begin with the service may hold it up on a busy machine.
        if ABORTED not in annals.log:
            return
    pytest.fail("expected that idle connections do not hold it up")


def test_a_request_that_runs_at_sigterm_is_answered(make):
    stop_with_a_request_in_flight(make)


def test_sigterm_while_the_engine_hangs_ends_it_in_time(make):
    engine = make.gated(HoldingGate)
    annals = make.annals(engine)
    with request_at_the_engine(annals) as running:
        engine.behind.server.stop()

        annals.terminate()

        answer = running.result()
        assert answer is None or answer[0] == 503, f"expected 503 or a closed connection, got {answer}"


def test_sigterm_while_a_body_arrives_ends_it_in_time(make):
    annals = make.annals()
    with RawConnection(annals) as connection:
        lines = (f"X-API-Key: {API_KEY}", "Content-Length: 100")
        connection.send(head("POST", "/api/initialize-tenant", *lines) + b"{")
        annals.get("/healthz")

        annals.terminate()


def test_what_was_acknowledged_is_there_after_a_stop(make, engine_kind):
    annals = make.annals(engine_kind)
    made = annals.initialise("shop", "The shop")

    annals.restart()

    assert annals.tenant(made["client_id"])["database_name"] == "shop"
    expect(annals.post_tenant({"database_name": "other", "client_label": "The shop"}), 400, CLIENT_EXISTS)


def refuses_connections(annals):
    """False as long as the kernel takes them, be it only to reset those that nobody accepts any more."""
    try:
        RawConnection(annals).socket.close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:
        return False
    return False
