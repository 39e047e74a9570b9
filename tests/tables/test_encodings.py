"""The bytes of a text file as plain UTF-8."""

import gzip

import pytest

import clv
from clv.errors import SourceUnreadable
from clv.tables import encodings


def test_a_declared_encoding_is_read_as_such(csv):
    path = csv("Işık,2024-01-01,5", encoding="cp1254")
    loaded = clv.load(path, format={"encoding": "cp1254"})
    assert loaded.purchase_days()["customer_id"].tolist() == ["Işık"]


def test_bytes_that_are_not_utf_8_are_refused_with_their_position(csv):
    path = csv("Işık,2024-01-01,5", encoding="cp1254")
    with pytest.raises(SourceUnreadable, match=r"not utf-8 text: byte 25 is 0xfe; declare format"):
        clv.load(path)


def test_the_position_counts_from_the_start_of_a_long_file(csv):
    path = csv(*["a,2024-01-01,5"] * 140_000)
    with path.open("ab") as file:
        at = file.tell()
        file.write(b"\xff")
    with pytest.raises(SourceUnreadable, match=f"byte {at} is 0xff"):
        clv.load(path)


def test_a_byte_order_mark_of_another_encoding_is_refused(csv):
    with pytest.raises(SourceUnreadable, match=r"mark of utf-16, but .* read as utf-8"):
        clv.load(csv("a,2024-01-01,5", encoding="utf-16"))


def test_the_byte_order_mark_of_utf_8_is_no_part_of_the_first_name(csv):
    assert clv.load(csv("a,2024-01-01,5", encoding="utf-8-sig")).rows["accepted"] == 1


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zeros(csv, encoding):
    path = csv("a,2024-01-01,5", encoding=encoding)
    told = rf"orders\.csv looks like UTF-16 without a byte order mark; .*encoding: {encoding}"
    with pytest.raises(SourceUnreadable, match=told):
        clv.load(path)
    assert clv.load(path, format={"encoding": encoding}).rows["accepted"] == 1


def test_a_cut_gzip_is_refused(csv, tmp_path):
    packed = gzip.compress(csv(*["a,2024-01-01,5"] * 1000).read_bytes())
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(SourceUnreadable, match=r"orders\.csv\.gz is a gzip file that is cut"):
        clv.load(path)


def test_plain_utf_8_is_not_copied_and_quotes_are_seen(csv, tmp_path):
    copy = tmp_path / "copy"
    assert encodings.plain_text(csv("a,2024-01-01,5"), "utf-8", copy) == encodings.Text(
        tmp_path / "orders.csv", quoted=False
    )
    assert encodings.plain_text(csv('"a",2024-01-01,5'), "utf-8", copy).quoted
    assert not copy.exists()
    assert encodings.plain_text(csv('"ı"', encoding="cp1254"), "cp1254", copy) == encodings.Text(
        copy, quoted=True
    )
    assert '"ı"' in copy.read_text("utf-8")
