"""The image, built from the files that git tracks, and containers of it: real ones, by podman."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from anyio.from_thread import BlockingPortal

from tests.conftest import Api, api_of

ROOT = Path(__file__).parent.parent.parent
LOCAL_BASE = "localhost/python:3.13-slim"
# A build reaches package indexes through what this machine trusts; it is mounted, and must not stay in the image.
TRUSTED = Path("/etc/ssl/certs/ca-certificates.crt")
# podman asks for more than a process without CAP_SYS_RESOURCE may grant.
LIMITS = ("--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096")
HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=256m")
STARTED_WITHIN = 60.0


def podman(*arguments: str) -> str:
    """Run podman; return what it prints."""
    done = subprocess.run(["podman", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"podman {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip()


@dataclass(frozen=True)
class Container:
    """A running container, and where its port is found."""

    name: str
    url: str

    def get(self, target: str) -> httpx.Response:
        """Ask it."""
        return httpx.get(f"{self.url}{target}", timeout=10)

    def until_alive(self) -> None:
        """Wait until it answers at all."""
        patience = time.monotonic() + STARTED_WITHIN
        while True:
            try:
                self.get("/healthz").raise_for_status()
            except httpx.TransportError:
                if time.monotonic() > patience:
                    pytest.fail(f"{self.name} does not answer:\n{podman('logs', self.name)}")
                time.sleep(0.05)
            else:
                return

    def python(self, code: str) -> str:
        """Run a line of Python in it, as its user; return what it prints."""
        return podman("exec", self.name, "python", "-c", code)

    def healthy(self) -> bool:
        """Run its health check, as a container engine does from time to time."""
        done = subprocess.run(["podman", "healthcheck", "run", self.name], capture_output=True, check=False)
        assert done.returncode in {0, 1}, done.stderr
        return done.returncode == 0


@contextmanager
def running(image: str, *options: str, port: int = 8000) -> Iterator[Container]:
    """Run an image on a free port until the context is left."""
    name = f"foedus-test-{uuid4().hex[:8]}"
    podman("run", "--detach", f"--name={name}", f"--publish=127.0.0.1::{port}", *LIMITS, *options, image)
    try:
        container = Container(name, f"http://{podman('port', name, str(port))}")
        container.until_alive()
        yield container
    finally:
        podman("rm", "--force", "--time=0", "--volumes", name)


Run = Callable[..., Container]


@pytest.fixture(scope="session")
def base() -> str | None:
    """The base image that is asked for, or made on this machine; None for the one that Dockerfile names."""
    if asked := os.environ.get("FOEDUS_BASE_IMAGE"):
        return asked
    return LOCAL_BASE if LOCAL_BASE in podman("images", "--format={{.Repository}}:{{.Tag}}").split() else None


@pytest.fixture(scope="session")
def image(base: str | None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image. It stays: its layers make the next build a short one."""
    context = tmp_path_factory.mktemp("context")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, context / name)
    arguments = ["--format=docker", "--network=host", "--quiet", "--tag=localhost/foedus:test"]
    arguments += [f"--build-arg=BASE_IMAGE={base}"] if base else []
    arguments += [f"--volume={TRUSTED}:{TRUSTED}:ro"] if TRUSTED.exists() else []
    podman("build", *arguments, str(context))
    return "localhost/foedus:test"


@pytest.fixture(scope="session")
def container(image: str) -> Iterator[Container]:
    """The image, run with nothing but what it needs."""
    with running(image, *HARDENED) as one:
        yield one


@pytest.fixture
def run(image: str) -> Iterator[Run]:
    """A way to run the image once more, with other options, until the test ends."""
    with ExitStack() as stack:
        yield lambda *options, port=8000: stack.enter_context(running(image, *options, port=port))


@pytest.fixture(scope="session")
def tree(article_url: str, portal: BlockingPortal) -> Iterator[Api]:
    """The API as it is in this working tree, over a file: what containers are compared with."""
    yield from api_of(article_url, portal)
