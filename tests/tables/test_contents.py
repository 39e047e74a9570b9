"""A name that says one thing and bytes that say another are refused, and both are named."""

import gzip
import zipfile

import pytest

import clv
from clv.errors import SourceUnreadable
from clv.tables import contents

TEXT = b"customer_id,date,amount\na,2024-01-01,5\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("orders.parquet", TEXT, r"named as Parquet, but its content is text; name it .*\.csv"),
        (
            "orders.csv",
            gzip.compress(TEXT, mtime=0),
            r"named as text, but its content is gzip; .*\.gz",
        ),
        ("orders.csv.gz", TEXT, "named as gzip, but its content is text"),
        ("orders.csv", b"PAR1" + TEXT, r"named as text, but its content is Parquet; .*\.parquet"),
        ("orders.csv", OLE, "its content is a spreadsheet of old Excel; export it as CSV"),
        ("orders.xls", OLE, "its content is a spreadsheet of old Excel; export it as CSV"),
        ("orders.csv", b"SQLite format 3\0", "its content is an SQLite database; .*{database: …"),
    ],
)
def test_both_are_named_and_what_to_do(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceUnreadable, match=rf"{name} is {told}|{name} is named .*{told}"):
        clv.load(tmp_path / name)


def test_a_spreadsheet_is_no_text(tmp_path):
    with zipfile.ZipFile(tmp_path / "orders.csv", "w") as file:
        file.writestr("sheet", "x")
    with pytest.raises(SourceUnreadable, match="a zip archive or a spreadsheet"):
        clv.load(tmp_path / "orders.csv")


def test_names_that_are_true_are_followed(tmp_path):
    for name, content in (
        ("a.csv", TEXT),
        ("b.tsv", TEXT),
        ("c.CSV.GZ", gzip.compress(TEXT, mtime=0)),
    ):
        (tmp_path / name).write_bytes(content)
        contents.refuse_other(tmp_path / name)
        assert clv.load(tmp_path / name).rows["accepted"] == 1
    assert contents.is_packed(tmp_path / "c.CSV.GZ")
    assert contents.is_parquet(tmp_path / "x.PQ")
