"""A database's password, from the environment to a report: it is nowhere to be read on the way."""

import os
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psutil
import pytest

NOTEBOOKS = Path(__file__).parents[1] / "runs" / "notebooks"
CLV = [sys.executable, "-c", "from clv.cli import main; main()"]
STUDY = 'name: shop\ntransactions: {database: "env:SHOP_DSN", table: orders}\nas_of: 2024-12-31\n'
UNREACHABLE = "postgresql://shop:S3CRET%2Fword@127.0.0.1:9/postgres"  # nobody listens there


@pytest.fixture
def shop(tmp_path) -> Path:
    """A study of a database whose address stands in SHOP_DSN, with one quick notebook."""
    (tmp_path / "notebooks").mkdir()
    source = (NOTEBOOKS / "00_speaks.ipynb").read_text(encoding="utf-8")
    (tmp_path / "notebooks" / "00_speaks.ipynb").write_text(source, encoding="utf-8")
    (tmp_path / "study.yml").write_text(STUDY)
    return tmp_path


@pytest.fixture
def filled(postgres) -> str:
    """The address of a database with orders of thirty customers."""
    from psycopg import connect

    with connect(postgres, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS orders")
        connection.execute(
            "CREATE TABLE orders AS SELECT 'c' || n % 30 AS customer_id, "
            "date '2024-01-01' + 3 * n AS date, 5.0 + n AS amount FROM generate_series(1, 100) n"
        )
    return postgres


def ran(folder: Path, address: str, *command: str) -> tuple[int, str, set[str]]:
    """Exit code, all that was said, and the command lines of all processes seen meanwhile."""
    lines: set[str] = set()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | {"SHOP_DSN": address},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as run:
        ended = threading.Event()
        watch = threading.Thread(target=watched, args=(run.pid, lines, ended))
        watch.start()
        said = run.communicate(timeout=300)[0]
        ended.set()
        watch.join()
    return run.returncode, said, lines


def watched(pid: int, lines: set[str], ended: threading.Event) -> None:
    """Note the command lines of a process and of all that it starts, until it has ended."""
    while not ended.wait(0.05):
        try:
            family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
            lines |= {" ".join(process.cmdline()) for process in family}
        except psutil.Error:
            continue


def secrets(address: str) -> list[bytes]:
    """A password as it stands in its address, and as the server knows it."""
    written = urlsplit(address).netloc.rpartition("@")[0].partition(":")[2]
    plain = unquote(written)
    return [text.encode() for text in {written, plain, quote(plain), repr(plain)[1:-1]}]


def leaks(folder: Path, address: str, *said: str) -> list[str]:
    """The files, and the places of what was said, in which the password stands."""
    files = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    told = {f"said {n}": text.encode() for n, text in enumerate(said)}
    hidden = secrets(address)
    return [name for name, text in (files | told).items() if any(h in text for h in hidden)]


@pytest.mark.slow
def test_a_report_of_a_database_tells_its_password_nowhere(shop, filled):
    code, said, lines = ran(shop, filled, *CLV, "run", "--progress", "plain")
    assert code == 0, said
    published = shop / "reports" / "shop"
    assert (published / "latest" / "html" / "en" / "00_speaks.html").exists()
    assert any("clv.runs.kernels" in line for line in lines)  # they were seen as well
    assert leaks(shop, filled, said, *lines) == []


@pytest.mark.slow
def test_a_wrong_password_is_not_told_either(shop, filled):
    user = urlsplit(filled)
    address = filled.replace(user.netloc, f"shop:S3CRET%2Fword@127.0.0.1:{user.port}")
    code, said, lines = ran(shop, address, *CLV, "run", "--progress", "plain")
    assert code == 3, said
    assert leaks(shop, address, said, *lines) == []


@pytest.mark.slow
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_server_that_is_not_there_is_named_without_its_password(shop, need, command):
    need(find_spec("psycopg"), "psycopg")
    code, said, lines = ran(shop, UNREACHABLE, *CLV, command)
    assert code == 3, said
    assert (shop / "reports").exists()
    assert leaks(shop, UNREACHABLE, said, *lines) == []


@pytest.mark.slow
def test_not_even_a_traceback_tells_it(shop, need):
    need(find_spec("psycopg"), "psycopg")
    code = "import clv; clv.load({'database': 'env:SHOP_DSN', 'table': 'orders'})"
    exit_code, said, lines = ran(shop, UNREACHABLE, sys.executable, "-c", code)
    assert exit_code == 1
    assert "Traceback" in said
    assert leaks(shop, UNREACHABLE, said, *lines) == []


def test_a_leak_would_be_found(tmp_path):
    (tmp_path / "page.html").write_text("S3CRET/word")
    assert leaks(tmp_path, UNREACHABLE, "nothing", "S3CRET%2Fword") == ["page.html", "said 1"]
