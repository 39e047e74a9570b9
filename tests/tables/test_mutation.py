"""Good files with damaged bytes: each ends in one clear sentence or in an account that adds up."""

import gzip

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import clv
from clv.errors import ClvError

NAMES = ("customer_id", "date", "amount", "order_id")
ROWS = [
    (
        f"{n % 7:03}" if n % 3 else f"Şule {n}",
        f"2024-0{n % 9 + 1}-1{n % 10}",
        f"{n * 7 % 90}.5",
        f"o{n}",
    )
    for n in range(40)
]
PLAIN = "\n".join(
    ",".join(row) for row in (NAMES, *ROWS, ("a", "2024-09-30", "-5", ""), "")
).encode()


def parquet(folder):
    frame = pd.DataFrame(ROWS, columns=NAMES)
    frame = frame.assign(date=pd.to_datetime(frame["date"]), amount=frame["amount"].astype(float))
    frame.to_parquet(folder / "good.parquet", compression="snappy")
    return (folder / "good.parquet").read_bytes()


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    packed = gzip.compress(PLAIN, mtime=0)
    return {"csv": PLAIN, "csv.gz": packed, "parquet": parquet(folder)}


# Where (as a share of the file), how many bytes go, and what comes in their place.
NASTY = [b"\0", b'"', b"\r", b"\n", b",", b"\xff", b"\xef\xbb\xbf", b"\xc3", b"-", b"9" * 40]
DAMAGE = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.sampled_from([0, 0, 1, 1, 2, 16, 10_000]),
        st.one_of(st.sampled_from(NASTY), st.binary(max_size=4)),
    ),
    min_size=1,
    max_size=4,
)


def damaged(content, damage):
    for where, gone, instead in damage:
        at = int(where * len(content))
        content = content[:at] + instead + content[at + gone :]
    return content


def told_or_accounted(path):
    try:
        log = clv.load(path, run_date="2025-01-01", max_faulty=1.0)
        customers = clv.customer_summary(log)
    except ClvError as error:
        text = str(error)
        assert text.strip()
        assert "\n" not in text
        assert "Traceback" not in text
        return
    rows = log.rows
    assert rows["in"] == sum(rows[fate] for fate in rows if fate != "in")
    assert len(log.quarantine) == rows["quarantined"]
    assert log.table.count().to_pyarrow().as_py() == rows["accepted"]
    assert (customers["T"] >= customers["recency"]).all()


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet"])
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(damage=DAMAGE)
def test_a_damaged_file_ends_in_a_sentence_or_an_account(good, tmp_path, kind, damage):
    path = tmp_path / f"orders.{kind}"
    path.write_bytes(damaged(good[kind], damage))
    told_or_accounted(path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet"])
@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(damage=DAMAGE)
def test_many_damaged_files_do_too(good, tmp_path, kind, damage):
    path = tmp_path / f"orders.{kind}"
    path.write_bytes(damaged(good[kind], damage))
    told_or_accounted(path)
