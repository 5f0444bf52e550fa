"""Services under load to which everything happens: what was promised holds after each round.

The seed is printed. With the same --seed a run has the same clients and the same faults, at the same numbers of requests.
"""

import pytest

from chaos.deployment import embedded, remote
from chaos.rounds import Run
from support import paths

RUNS = ("remote",) if paths.is_sanitized() else ("embedded", "remote")


@pytest.fixture
def run_for(pytestconfig, record_property):
    """Runs its part of the time with a deployment."""

    def run(deployment):
        chaos = Run(deployment, pytestconfig.option.seed)
        try:
            chaos.last(pytestconfig.option.minutes * 60 / len(RUNS))
        finally:
            record_property("chaos", chaos.summary())
            deployment.close()

    return run


@pytest.mark.skipif("embedded" not in RUNS, reason="a sanitized build has no embedded engine")
def test_one_service_with_its_engine_and_files_on_a_small_disk(make, run_for):
    run_for(embedded(make))


def test_two_services_with_a_clickhouse_server_and_an_s3_server(make, s3_server, run_for):
    s3 = s3_server()
    try:
        run_for(remote(make, s3))
    finally:
        s3.repair()
