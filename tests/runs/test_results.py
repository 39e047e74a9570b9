"""Tables that no spreadsheet runs, and bytes that depend on the table alone."""

import csv
import stat

import pandas as pd
import pytest

from clv.errors import BadParameter, CouldNotPublish
from clv.runs import notebooks, results
from clv.runs.execution import LeftOut


@pytest.fixture
def customers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "segment": pd.Categorical(["champions", "lost"]),
            "monetary_value": [12.5, None],
            "T": [4.0, -3.0],
            "recency": [1.0, 0.0],
            "frequency": [1, 0],
            "first_purchase": pd.to_datetime(["2024-01-01", "2024-02-29"]),
        },
        index=pd.Index(["007", "=1+1"], name="customer_id"),
    )


def rows(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_summary_comes_first_and_says_its_unit(customers):
    table = results.customer_table(customers, "W")
    assert list(table)[:7] == [*results.FIRST, "segment"]
    assert set(table["unit"]) == {"W"}


def test_text_is_quoted_and_no_cell_is_a_formula(customers, tmp_path):
    results.write(results.customer_table(customers, "W"), tmp_path / "customers.csv")
    first, second = rows(tmp_path / "customers.csv")
    assert (first["customer_id"], second["customer_id"]) == ("007", "'=1+1")
    assert second["T"] == "-3.0"  # a number is no text
    assert second["monetary_value"] == ""
    assert second["first_purchase"] == "2024-02-29"
    written = (tmp_path / "customers.csv").read_text(encoding="utf-8")
    assert '"007","1","1.0","4.0","W","12.5","champions"' in written


def test_for_excel_the_encoding_is_marked_and_an_id_stays_the_text_that_it_is(tmp_path):
    ids = ["00012", "4111111111111111", "3-4", "12E5", "Ş7", "=1+1", '5"', None]
    table = pd.DataFrame({"customer_id": ids, "amount": range(8)})
    results.write(table, tmp_path / "t.csv", excel=True)
    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as lines:
        written = [row["customer_id"] for row in csv.DictReader(lines)]
    assert written[:4] == ['="00012"', '="4111111111111111"', '="3-4"', '="12E5"']
    assert written[4:] == ["Ş7", "'=1+1", '5"', ""]
    results.write(table, tmp_path / "plain.csv")
    assert rows(tmp_path / "plain.csv")[0]["customer_id"] == "00012"


@pytest.mark.parametrize("lead", list("=+-@\t\r＝＋－＠"))
def test_whatever_a_spreadsheet_would_run_is_prefixed(lead, tmp_path):
    results.write(pd.DataFrame({"id": [f"{lead}cmd", "plain"]}), tmp_path / "t.csv")
    assert [row["id"] for row in rows(tmp_path / "t.csv")] == [f"'{lead}cmd", "plain"]


def test_unknown_text_stays_empty(tmp_path):
    results.write(pd.DataFrame({"id": ["a", None], "day": [None, "x"]}), tmp_path / "t.csv")
    assert rows(tmp_path / "t.csv") == [{"id": "a", "day": ""}, {"id": "", "day": "x"}]


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_the_same_table_is_the_same_bytes(customers, ending, tmp_path):
    files = [tmp_path / f"{name}{ending}" for name in "ab"]
    for file in files:
        results.write(results.customer_table(customers, "W"), file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_an_unknown_ending_is_refused_with_those_known(tmp_path):
    with pytest.raises(BadParameter, match=r"`\.csv`, `\.parquet`"):
        results.check_ending(tmp_path / "customers.xlsx")


def test_a_table_replaces_an_older_one_for_its_owner_and_group(customers, tmp_path):
    path = tmp_path / "new" / "customers.parquet"
    for _ in range(2):
        results.replace(results.customer_table(customers, "W"), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(path.parent.iterdir()) == [path]
    (tmp_path / "file").write_text("")
    with pytest.raises(CouldNotPublish):
        results.replace(customers, tmp_path / "file" / "customers.parquet")


def test_pages_left_out_for_one_reason_share_a_sentence(notebook_files):
    one, two, three = notebooks.find(notebook_files)[:3]
    absent = [LeftOut(one, "Too few."), LeftOut(two, "One price."), LeftOut(three, "Too few.")]
    said = [str(sentence) for sentence in results.absences(absent)]
    assert said == [
        f"Left out {one.stem}, {three.stem}: Too few.",
        f"Left out {two.stem}: One price.",
    ]
    assert [alert["detail"] for alert in results.alerts([], absent)] == said
    assert results.alerts([], []) == []


def test_only_rows_set_aside_are_taken_away_and_no_file_of_somebody_else(tmp_path):
    own, leads = tmp_path / "quarantine.csv", tmp_path / "quarantine_leads.csv"
    for excel in (False, True):
        results.replace(
            pd.DataFrame(columns=["file", "line", "reason", "column", "text"]), own, excel=excel
        )
        leads.write_text("lead_id,why\nL1,ill\n")
        with results.set_aside(tmp_path):
            assert list(tmp_path.iterdir()) == [leads]
