"""How a server can be away: dead, or there without a word."""

import pytest


def kill(server):
    server.kill()


def freeze(server):
    server.stop()


def bring_back(server):
    server.restart()


def thaw(server):
    server.cont()


OUTAGES = pytest.mark.parametrize(
    "bring_down, repair", [(kill, bring_back), (freeze, thaw)], ids=["killed", "hanging"]
)
