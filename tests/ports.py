"""Ports for the servers that tests start: no two workers of a run of tests are given the same, and two runs seldom."""

from __future__ import annotations

import itertools
import os
import socket
from contextlib import suppress
from zlib import crc32

# Below 32768, where Linux begins to give ports to whoever calls out: none of these is taken between now and its use.
_FIRST, _OF_EACH, _WORKERS = 20_000, 1_000, 12
_RUN = crc32(os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid())).encode())
_WORKER = (_RUN + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))) % _WORKERS
_PORTS = itertools.cycle(range(_FIRST + _WORKER * _OF_EACH, _FIRST + (_WORKER + 1) * _OF_EACH))


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on; OSError if all of this process' are taken."""
    for port in itertools.islice(_PORTS, _OF_EACH):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("all ports of this process are taken")
