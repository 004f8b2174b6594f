"""Database servers that a test run starts for itself and stops at its end."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

START_SECONDS = 60
NO_SERVER = "no PostgreSQL server on this machine; install one: make setup-postgres"


@dataclass(frozen=True)
class PostgresServer:
    """A server on a unix socket, without passwords. Its locale sorts text as people do, not by bytes."""

    folder: Path
    numbers: Iterator[int]

    def empty_database(self) -> dict[str, str]:
        """Make a database that is owned by an ordinary role; returns the libpq variables that name it."""
        name = f"shop_{next(self.numbers)}"
        with self.connect() as connection:
            connection.execute(sql.SQL("create database {} owner muster").format(sql.Identifier(name)))
        return {"PGHOST": str(self.folder), "PGPORT": "5432", "PGUSER": "muster", "PGDATABASE": name}

    def connect(self, **parameters: str) -> psycopg.Connection:
        """A connection of the superuser that commits each statement; parameters: libpq's, over the server's own."""
        given = {"host": str(self.folder), "port": "5432", "user": "postgres", "dbname": "postgres"}
        return psycopg.connect(**(given | parameters), autocommit=True)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server in a folder of its own; it ends with this process, however that ends."""
    # not pytest's folder: the server's user may not enter that, and a socket's path holds 107 bytes
    folder = Path(tempfile.mkdtemp(prefix="muster-postgres-"))
    try:
        programs, data = _programs(), folder / "data"
        as_user = _unprivileged(folder)
        initdb = [
            programs / "initdb", "--pgdata", data, "--username=postgres", "--auth=trust", "--no-sync",
            "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US",
        ]  # fmt: skip
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, **as_user)
        settings = {
            "unix_socket_directories": folder, "listen_addresses": "", "port": 5432, "fsync": "off",
            "synchronous_commit": "off", "full_page_writes": "off", "log_min_messages": "fatal",
        }  # fmt: skip
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "INT", programs / "postgres", "-D", data, *options],
                stdout=log, stderr=log, **as_user,
            )  # fmt: skip
        try:
            server = PostgresServer(folder, count(1))
            _wait_for(server, process)
            with server.connect() as connection:
                connection.execute("create role muster login")
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # SIGTERM would wait for clients that are still connected
            process.wait()
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    """The folder of the server's programs: on PATH, or the newest where Debian keeps them."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debian, key=lambda program: int(program.parts[-3]), default=None)
    if newest is None:
        raise FileNotFoundError(NO_SERVER)
    return newest.parent


def _unprivileged(folder: Path) -> dict:
    """PostgreSQL refuses to run as root: then it runs as the user that its package made, who gets the folder."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": folder}


def _wait_for(server: PostgresServer, process: subprocess.Popen) -> None:
    for _ in range(START_SECONDS * 20):
        try:
            server.connect().close()
        except psycopg.OperationalError:
            assert process.poll() is None, (server.folder / "log").read_text()
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"PostgreSQL did not start within {START_SECONDS} s")
