"""Whatever a study holds ends in an account that adds up, or in a sentence that names the fault."""

import json
import sqlite3
from contextlib import closing

import pytest
import yaml
from click.testing import CliRunner

from clv.cli import main

LOG = [f"c{n % 20},2024-{1 + n % 12:02}-{1 + n % 27:02},{5 + n % 40}.25" for n in range(100)]
HEADER = "customer_id,date,amount"
SUMMARY = [f"c{n},2,60,{100 + n},7.5" for n in range(60)]
SUMMARY_HEADER = "customer_id,frequency,recency,T,monetary_value"


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Check a study of these lines; hand back the exit code and last_run.json."""
    monkeypatch.chdir(tmp_path)

    def check(lines, study=None, header=HEADER, encoding="utf-8"):
        data = (
            lines if isinstance(lines, bytes) else "\n".join([header, *lines, ""]).encode(encoding)
        )
        (tmp_path / "rows.csv").write_bytes(data)
        keys = {"transactions": "rows.csv", "as_of": "2024-12-31"}
        text = study if isinstance(study, str) else yaml.safe_dump(keys | (study or {}))
        (tmp_path / "study.yml").write_text(text, encoding="utf-8")
        result = CliRunner().invoke(main, ["check", "--out", "out"])
        assert "Traceback" not in result.output
        return result.exit_code, json.loads((tmp_path / "out/last_run.json").read_text("utf-8"))

    return check


def said(last):
    return " ".join(message["text"] for message in last["messages"])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",2024-05-05,5", "customer-id-missing"),
        ("c1\x00,2024-05-05,5", "customer-id-control"),
        ("c1,2024-02-30,5", "date-not-a-date"),
        ("c1,45432,5", "date-not-a-date"),
        ("c1,1899-12-31,5", "date-impossible"),
        ("c1,NaT,5", "date-missing"),
        ("c1,2024-05-05,inf", "amount-infinite"),
        ("c1,2024-05-05,TL 5", "amount-not-a-number"),
        ("c1,2024-05-05,", "amount-missing"),
        ("c1,2024-05-05,0", "zero-amount"),
        ("c1,2024-05-05", "row-torn"),
        ("Total,,2525.00", "date-missing"),
    ],
)
def test_a_bad_row_is_set_aside_and_named_by_its_line(check, line, reason):
    code, last = check([*LOG, line])
    assert code == 0
    assert (last["rows"]["accepted"], last["rows"]["quarantined"]) == (len(LOG), 1)
    (message,) = [each for each in last["messages"] if each["code"] == reason]
    assert message["line"] == len(LOG) + 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("x,3,0,50,7", "repeat-without-recency"),
        ("x,3,51,50,7", "recency-beyond-t"),
        ("x,3,40,-50,7", "t-negative"),
        ("x,41,40,50,7", "frequency-exceeds-days"),
        ("c1,2,60,101,7.5", "customer-id-duplicate"),
    ],
)
def test_a_bad_row_of_a_summary_is_too(check, line, reason):
    study = {"transactions": None, "summary": "rows.csv", "unit": "D"}
    code, last = check([*SUMMARY, line], study, SUMMARY_HEADER)
    assert code == 0
    assert (last["rows"]["accepted"], last["rows"]["quarantined"]) == (len(SUMMARY), 1)
    (message,) = [each for each in last["messages"] if each["code"] == reason]
    assert message["line"] == len(SUMMARY) + 2


@pytest.mark.parametrize(
    ("lines", "study", "words"),
    [
        ([], {}, "has a header and no rows"),
        (b"", {}, "is empty"),
        (b"PAR1....", {}, "content is Parquet"),
        ([*LOG, 'c1,2024-05-05,"5', *LOG], {}, "quote"),
        (["ş,2024-01-01,5".encode("cp1254")][0], {}, "is not utf-8 text"),
        ([line.replace(",", ";") for line in LOG], {}, "format: {delimiter"),
        (["a,2024-05-01T10:00:00Z,5", "b,2024-05-01T10:00:00,5"], {}, "offset"),
        (["a,03/04/2024,5", "b,04/05/2024,5"], {}, "date_format"),
        (LOG, {"columns": {"date": "Day"}}, "lacks `Day`"),
        (LOG, {"as_of": "end of 2024"}, "`as_of` must be a day"),
        (LOG, {"as_of": "2024-01-01' OR '1'='1"}, "`as_of` must be a day"),
        (LOG, {"annual_discount_rate": 10}, "did you mean 0.10?"),
        (LOG, {"horizon": "0W"}, "`horizon` must be"),
        (LOG, {"name": "/etc/passwd"}, "`name` must be a plain name"),
        (LOG, {"send_to": "boss"}, "no parameter `send_to`"),
        (LOG, {"currency": False}, "`currency` must be"),
        (LOG, {"transactions": "none.csv"}, "There is no file"),
        (LOG, {"transactions": {"database": "rows.csv", "table": "t"}}, "neither an SQLite"),
        (LOG, {"transactions": {"database": "env:NO_SUCH", "table": "t"}}, "NO_SUCH"),
        (LOG, "transactions: rows.csv\nseed: 1\nseed: 2\n", "duplicate key"),
        (LOG, "transactions: &a rows.csv\nname: *a\n", "alias"),
        (LOG, "transactions: !!python/object/apply:os.getcwd []\n", "not plain"),
        (LOG, "transactions: [rows.csv\n", "no YAML"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(check, lines, study, words):
    code, last = check(lines, study)
    assert code in (2, 3)
    assert last["state"] == "refused"
    assert words in said(last)


def test_a_table_of_a_database_that_is_a_file_is_read_and_left_alone(check, tmp_path):
    with closing(sqlite3.connect(tmp_path / "shop.db")) as file:
        file.execute("CREATE TABLE orders (customer_id, day, amount)")
        file.executemany("INSERT INTO orders VALUES (?, ?, ?)", [line.split(",") for line in LOG])
        file.commit()
    before = (tmp_path / "shop.db").read_bytes()
    stored = {"database": "shop.db", "table": "orders"}
    code, last = check(LOG, {"transactions": stored, "columns": {"date": "day"}})
    assert (code, last["rows"]["accepted"]) == (0, len(LOG))
    other = stored | {"table": 'orders"; DROP TABLE orders; --'}
    code, last = check(LOG, {"transactions": other})
    assert code == 3
    assert "it has `orders`" in said(last)
    assert (tmp_path / "shop.db").read_bytes() == before


@pytest.mark.parametrize("place", ["transactions", "tables"])
def test_a_password_is_never_echoed(check, tmp_path, place):
    stored = {"database": "postgresql://shop:hunter2@host/db", "table": "t"}
    study = {"tables": {"leads": stored}} if place == "tables" else {"transactions": stored}
    code, last = check(LOG, study)
    assert code == 2
    assert "environment variable" in said(last)
    assert "hunter2" not in "".join(p.read_text() for p in tmp_path.glob("out/*"))
