import pytest

import clv
from clv.errors import ColumnsMissing, NoRows, SourceUnreadable
from clv.tables import delimited


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


def rows(n, start=0, note="n"):
    return [f"c{k},{note},2024-01-{k % 28 + 1:02},10" for k in range(start, start + n)]


def swallowing(csv, *lines):
    """The line that is named of a file with a note in each line."""
    with pytest.raises(SourceUnreadable, match="has a quote that opens on line") as caught:
        clv.load(csv(*lines, header="customer_id,note,date,amount"), max_faulty=1.0)
    return caught.value.line


def test_a_quote_that_never_closes_well_is_refused_with_its_line(csv):
    assert swallowing(csv, *rows(1), '"c1,n,2024-01-02,5', *rows(3, 2)) == 3
    assert swallowing(csv, *rows(1), 'c1,"24 inch,2024-01-02,5', 'c2,"a, b",2024-01-02,5') == 3


def test_two_quotes_far_apart_swallow_nothing_in_silence(csv):
    stray = ['c0,"24 inch,2024-01-05,10', 'c0,24",2024-01-05,10']
    for between in (0, 1, 1000):
        assert swallowing(csv, *rows(5), stray[0], *rows(between), stray[1], *rows(5)) == 7


def test_the_quotes_may_stand_last_in_the_line_or_in_two_columns(csv):
    assert swallowing(csv, *rows(2), 'c9,n,2024-01-05,"10', *rows(3), 'c9,n,2024-01-05,10"') == 4
    assert swallowing(csv, *rows(2), 'c9,"n,2024-01-05,10', *rows(3), 'c9",n,2024-01-05,10') == 4
    assert swallowing(csv, *rows(2), 'c9,n,2024-01-05,"10', 'c9",n,2024-01-05,10', *rows(2)) == 4


def test_the_line_of_a_stray_quote_is_the_one_that_an_editor_shows(csv):
    before = ['c0,"a note', 'of two lines",2024-01-05,10', "", "torn"]
    stray = ['c1,"24 inch,2024-01-05,10', *rows(3), 'c2,24",2024-01-05,10']
    assert swallowing(csv, *before, *stray) == 6
    assert swallowing(csv, *before, *rows(1), 'c9,n,2024-01-05,"10', 'c9",n,2024-01-05,10') == 7


def test_the_first_of_several_is_named(csv):
    stray = ['c1,"24 inch,2024-01-05,10', 'c2,24",2024-01-05,10']
    torn = ['c9,n,2024-01-05,"10', 'c9",n,2024-01-05,10']
    assert swallowing(csv, *rows(1), *stray, *rows(1), *torn, *stray) == 3
    assert swallowing(csv, *rows(1), *torn, *rows(1), *stray, *torn) == 3


def test_honest_notes_of_several_lines_are_kept(csv):
    path = csv(
        *rows(3),
        'c1,"Ring, twice, or',
        'knock, please",2024-01-05,10',
        'c2,"24"" wide, black',
        "",
        'and, if there is one, a lamp",2024-01-05,10',
        header="customer_id,note,date,amount",
    )
    assert clv.load(path).rows["accepted"] == 5


def test_a_quote_that_opens_in_the_header_is_refused(csv):
    header = 'customer_id,"date,amount'
    with pytest.raises(SourceUnreadable, match="quote that opens on line 1 "):
        clv.load(csv(*["a,2024-01-01,5"] * 20_000, header=header))


def test_a_value_may_be_longer_than_python_s_reader_allows(csv):
    path = csv(
        f'a,"{"x" * 200_000}",2024-01-01,5',
        "a,n,2024-01-01,x",
        header="customer_id,note,date,amount",
    )
    assert clv.load(path, max_faulty=1.0).quarantine["line"].tolist() == [3]


@pytest.mark.parametrize("mark", [";", "|", "\t"])
def test_another_delimiter_is_asked_for_by_its_sign(csv, mark):
    path = csv(
        mark.join(("a", "2024-01-01", "5")), header=mark.join(("customer_id", "date", "amount"))
    )
    sign = repr(mark)[1:-1]
    with pytest.raises(ColumnsMissing) as caught:
        clv.load(path)
    assert f'declare format: {{delimiter: "{sign}"}}.' in str(caught.value)
    assert "Did you mean" not in str(caught.value)
    assert clv.load(path, format={"delimiter": mark}).rows["accepted"] == 1


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        (("\n", "\n", "\r\n"), "ends its first line with LF and line 3 with CR LF; save it with"),
        (("\r\n", "\r\n", "\n"), "ends its first line with CR LF and line 3 with LF; save it with"),
    ],
)
def test_lines_that_end_in_two_ways_are_refused_with_the_first_other_one(tmp_path, ends, told):
    path = tmp_path / "orders.csv"
    lines = ("customer_id,date,amount", "a,2024-01-01,5", "b,2024-01-01,5")
    path.write_bytes("".join(map("".join, zip(lines, ends, strict=True))).encode())
    with pytest.raises(SourceUnreadable, match=told) as caught:
        clv.load(path)
    assert caught.value.line == 3


def test_line_breaks_within_values_may_be_of_another_kind(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b'customer_id,date,amount,n\r\na,2024-01-01,5,"x\ny"\r\n')
    assert clv.load(path).rows["accepted"] == 1
    with path.open("ab") as file:
        file.write(b"b,2024-01-01,5,z\n")
    with pytest.raises(SourceUnreadable, match="line 4 with LF; save it"):
        clv.load(path)


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
