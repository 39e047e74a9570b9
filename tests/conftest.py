"""What all tests share. Models are tested with numpy and scipy alone: import nothing else here."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from ibis import BaseBackend

ENGLISH = ("--locale-provider=icu", "--icu-locale=en-US")  # a before B, as no other engine sorts
TOKEN = "T0kenT0kenT0ken"  # the part of an address that nobody may repeat
SECRET = "p@ss/w:rd ü%41"  # what an address has to escape

SMALL = {  # to compile a query takes longer than to run it on so few rows
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
}


WISHES = {wish: signal.getsignal(wish) for wish in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}


@pytest.fixture(autouse=True)
def _heeding():
    """Heed wishes to end again: a command has its process ignore them once it has ended."""
    yield
    for wish, handler in WISHES.items():
        if handler is not None and signal.getsignal(wish) is not handler:
            signal.signal(wish, handler)


@pytest.fixture
def _interruptible():
    """Heed Ctrl-C as on a terminal, and so what is started here; in the background none is."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def need():
    """Skip by name what this machine cannot show; where nothing may be skipped, fail instead."""

    def need(there: object, name: str) -> None:
        if there:
            return
        if os.environ.get("CLV_NOTHING_IS_SKIPPED"):
            pytest.fail(f"{name} is not here, and nothing may be skipped")
        pytest.skip(f"needs {name}")

    return need


@pytest.fixture(scope="session")
def answering():
    """A web server of our own that answers everything alike; told are its address and what came."""
    return _answering


@contextmanager
def _answering(status: int, **headers: str) -> Iterator[tuple[str, list[dict]]]:
    posted = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: the tests look at what was posted."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        try:
            yield f"json://127.0.0.1:{server.server_port}/{TOKEN}", posted
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def chromium(need) -> str:
    """The path of Debian's chromium."""
    path = shutil.which("chromium")
    need(path, "chromium")
    return path


@pytest.fixture(scope="session")
def postgres(need) -> Iterator[str]:
    """The address of a PostgreSQL server of our own, in a folder of its own, stopped at the end."""
    tools = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))  # where Debian keeps them
    found = str(tools[-1]) if tools else shutil.which("pg_ctl")
    need(found and find_spec("psycopg"), "a PostgreSQL server and psycopg")
    # The server refuses to run as root, and Debian's package comes with a user for it.
    user = {"user": "postgres", "group": "postgres", "extra_groups": ()} if not os.getuid() else {}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="clv-pg-") as folder:
        shutil.chown(folder, **({"user": "postgres"} if user else {"user": os.getuid()}))
        secret, data = Path(folder, "secret"), Path(folder, "data")
        secret.write_text(SECRET)
        secret.chmod(0o644)
        initdb = Path(found).with_name("initdb")
        made = [initdb, "-D", data, "-U", "shop", "-A", "scram-sha-256", f"--pwfile={secret}"]
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        run = partial(subprocess.run, check=True, cwd=folder, stdout=subprocess.DEVNULL, **user)
        run([*made, "-E", "UTF8", "--locale=C.UTF-8", "-N", *ENGLISH])
        run([found, "-D", data, "-o", options, "-l", data / "log", "-w", "start"])
        try:
            yield f"postgresql://shop:{quote(SECRET, safe='')}@127.0.0.1:{port}/postgres"
        finally:
            run([found, "-D", data, "-m", "immediate", "-w", "stop"])


@pytest.fixture(scope="session")
def spark(need) -> Iterator[BaseBackend]:
    """An engine in a local Spark session, stopped at the end; set up for tables of a few rows."""
    java = os.environ.get("JAVA_HOME") or shutil.which("java")
    need(java and find_spec("pyspark"), "Java and pyspark")
    from clv.tables.spark import LOCAL, connect

    LOCAL.update(SMALL)
    con = connect()
    yield con
    con.disconnect()
