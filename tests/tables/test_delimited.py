import gzip

import pytest

import clv
from clv.errors import NoRows, SourceUnreadable
from clv.tables import delimited


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


def test_a_cut_gzip_is_refused(csv, tmp_path):
    packed = gzip.compress(csv(*["a,2024-01-01,5"] * 1000).read_bytes())
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(SourceUnreadable, match=r"orders\.csv\.gz is a gzip file that is cut"):
        clv.load(path)


def test_an_empty_file_and_a_header_alone_are_told_apart(csv, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(NoRows, match=r"empty\.csv is empty"):
        clv.load(empty)
    with pytest.raises(NoRows, match="has a header and no rows"):
        clv.load(csv())


def test_lines_are_those_that_an_editor_shows(csv):
    path = csv(
        "",
        'a,2024-01-01,5,"a note',
        'on two lines"',
        "a,2024-01-02,5",
        "",
        "a,2024-01-03,x,",
        "a,2024-01-04,5,,more",
        "a,no day,5,",
        header="customer_id,date,amount,note",
    )
    found = clv.load(path, max_faulty=1.0).quarantine
    assert found[["line", "reason"]].values.tolist() == [
        [5, "row-torn"],
        [7, "amount-not-a-number"],
        [8, "row-torn"],
        [9, "date-not-a-date"],
    ]


def test_a_quote_that_swallows_lines_is_refused_with_its_line(csv):
    with pytest.raises(SourceUnreadable, match="quote that opens on line 3") as caught:
        clv.load(csv("a,2024-01-01,5", '"a,2024-01-02,5', *["a,2024-01-03,5"] * 3))
    assert caught.value.line == 3


def test_line_endings_of_windows_and_blank_lines_are_no_rows(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"customer_id,date,amount\r\n\r\na,2024-01-01,5\r\n\r\n")
    assert clv.load(path).rows["in"] == 1


def test_a_header_may_follow_blank_lines_and_take_two(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text('\n"customer\n_id", date ,amount\n')
    assert delimited.header(path, path.name, ",") == delimited.Header(
        ("customer\n_id", "date", "amount"), 3
    )


def test_a_user_s_names_never_enter_a_statement(csv):
    nasty = "x' || (SELECT 1); DROP TABLE raw_0; --"
    path = csv("a,2024-01-01,5", header=f"customer_id,date,{nasty}", name="it's [1] {x}.csv")
    assert clv.load(path, columns={"amount": nasty}).rows["accepted"] == 1
