import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from clv.runs import index, pages
from clv.tables import samples

HEADLINE = {
    "name": "clv", "label": "Revenue", "value": 1023714, "unit": "USD", "low": 1, "high": 2,
    "text": "$1,023,714", "interval": "$1 to $2", "better": "", "notebook": "06_lifetime_value",
}  # fmt: skip
RESULTS = {
    "study": "shop",
    "as_of": "1998-06-30",
    "languages": ["en", "tr"],
    "headlines": [HEADLINE],
    "alerts": [],
    "pages": [
        {"notebook": "06_lifetime_value", "title": "Worth?", "file": "06_lifetime_value.html",
         "answer": "Much.", "next_step": "Call."},
        {"notebook": "99_executive_summary", "title": "What to do?",
         "file": "99_executive_summary.html", "answer": "", "next_step": ""},
    ],
}  # fmt: skip
FAULT = {"level": "error", "code": "notebook-failed", "line": 41,
         "text": "06 failed in cell 7: no fit for ayse@mail.example."}  # fmt: skip


def ran(out, *, name="shop", state="ok", results=RESULTS, messages=(), runs=("1998-06-30-3f9a",)):
    """A study's folder after its last run; the last of `runs` is the latest."""
    home = out / name
    for run in runs:
        pages = home / "runs" / run / "html" / "en"
        pages.mkdir(parents=True)
        (pages / "99_executive_summary.html").write_text("x", encoding="utf-8")
    home.mkdir(parents=True, exist_ok=True)
    if runs:
        (home / "latest").symlink_to(f"runs/{runs[-1]}")
        (home / "latest" / "results.json").write_text(json.dumps(results), encoding="utf-8")
    last = {"state": state, "messages": list(messages)}
    (home / "last_run.json").write_text(json.dumps(last), encoding="utf-8")
    return home


def read(out, today=None) -> BeautifulSoup:
    written = index.write(out, today=today)
    return BeautifulSoup(written.read_text(encoding="utf-8"), "html.parser")


def state_of(page) -> str:
    return " ".join(page.find(class_="state").text.split())


def test_without_a_study_it_says_what_to_type(tmp_path):
    page = read(tmp_path / "reports")
    assert page.h2.text == "No report yet"
    assert [code.text for code in page("code")] == ["clv run", "clv init my-shop"]


def test_a_published_study_says_so(tmp_path):
    ran(tmp_path)
    assert state_of(read(tmp_path)) == "Published. Shown is the report as of June 30, 1998."


def test_alerts_are_told_with_the_state(tmp_path):
    alert = {"name": "spend", "label": "spend", "passed": False, "detail": "It is not.",
             "notebook": "04_spend_model"}  # fmt: skip
    ran(tmp_path, results=RESULTS | {"alerts": [alert]})
    page = read(tmp_path)
    assert state_of(page).startswith("Published, with alerts.")
    assert "1 alert" in page.find(class_="strip").text
    assert "It is not." in page.find(class_="strip").text


@pytest.mark.parametrize(
    ("state", "said"),
    [("failed", "failed"), ("refused", "was refused"), ("interrupted", "was interrupted")],
)
def test_a_run_that_was_not_published_says_since_when_and_why(tmp_path, state, said):
    home = ran(tmp_path, state=state, messages=[FAULT, FAULT | {"level": "info", "text": "By."}])
    noon = datetime(2025, 1, 15, 12, tzinfo=UTC).timestamp()
    os.utime(home / "last_run.json", (noon, noon))
    page = read(tmp_path)
    assert state_of(page) == (
        f"The last run {said} on January 15, 2025. Shown is the report as of June 30, 1998."
    )
    assert page.find(class_="reason").text.startswith(
        "A notebook did not run to its end. (notebook-failed, line 41)"
    )
    assert FAULT["text"] not in page.text
    assert page.find(class_="headlines")


def test_a_study_that_was_never_published_shows_no_report(tmp_path):
    ran(tmp_path, state="refused", messages=[FAULT], runs=())
    page = read(tmp_path)
    assert state_of(page).endswith("There is no report of this study yet.")
    assert page("a", href=lambda href: "runs" in href) == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"state": "gone"}'])
def test_a_broken_last_run_does_not_break_the_index(tmp_path, content):
    home = ran(tmp_path)
    (home / "last_run.json").write_text(content, encoding="utf-8")
    assert read(tmp_path).h2.text == "shop"


def test_a_report_without_readable_results_is_still_listed(tmp_path):
    home = ran(tmp_path)
    (home / "latest" / "results.json").unlink()
    assert "June 30, 1998" in state_of(read(tmp_path))


def test_the_run_that_is_shown_is_no_earlier_one_wherever_the_index_is_written_from(
    tmp_path, monkeypatch
):
    ran(tmp_path / "reports", runs=("1997-09-30-1", "1998-06-30-3f9a"))
    monkeypatch.chdir(tmp_path)
    archive = read(Path("reports")).find(class_="archive")
    assert archive.summary.text == "1 earlier run"
    assert [a.text for a in archive("a")] == ["1997-09-30-1"]


def test_questions_link_into_the_run_and_the_summary_comes_first(tmp_path):
    ran(tmp_path)
    links = read(tmp_path).find(class_="questions")("a")
    assert [(a.text, a["href"]) for a in links] == [
        ("What to do?", "shop/runs/1998-06-30-3f9a/html/en/99_executive_summary.html"),
        ("Worth?", "shop/runs/1998-06-30-3f9a/html/en/06_lifetime_value.html"),
    ]


def test_the_numbers_are_those_of_the_summary_where_it_has_any(tmp_path):
    summed = HEADLINE | {"notebook": "99_executive_summary", "label": "In all", "unit": "customers",
                         "name": "n", "text": "2", "value": 2}  # fmt: skip
    ran(tmp_path, results=RESULTS | {"headlines": [HEADLINE, summed]})
    cards = read(tmp_path).find(class_="headlines")
    assert [dt.text for dt in cards("dt")] == ["In all"]
    assert "customers" in cards.text


def test_a_sample_is_called_one(tmp_path):
    ran(tmp_path / "a", results=RESULTS | {"source": "company"})
    assert "the company is invented" in read(tmp_path / "a").text
    ran(tmp_path / "b", results=RESULTS | {"source": "orders.csv"})
    assert "sample" not in read(tmp_path / "b").text
    assert index.SAMPLES.keys() == samples.SAMPLES.keys()


def test_an_unknown_number_is_listed_too(tmp_path):
    ran(tmp_path, results=RESULTS | {"headlines": [HEADLINE | {"value": None, "text": "–"}]})
    assert "–" in read(tmp_path).find(class_="headlines").text


def test_earlier_runs_are_archived_with_the_newest_first(tmp_path):
    ran(tmp_path, runs=("1998-01-31-aa", "1998-03-31-bb", "1998-06-30-cc"))
    archive = read(tmp_path).find(class_="archive")
    assert archive.summary.text == "2 earlier runs"
    assert [a.text for a in archive("a")] == ["1998-03-31-bb", "1998-01-31-aa"]
    target = archive.a["href"]
    assert (tmp_path / target).is_file()


def test_other_languages_are_linked(tmp_path):
    ran(tmp_path)
    link = read(tmp_path).find(class_="languages").a
    assert (link.text, link["lang"]) == ("Türkçe", "tr")
    assert link["href"].endswith("html/tr/99_executive_summary.html")


def test_a_name_from_the_disk_is_data(tmp_path):
    ran(tmp_path, name="<script>alert(1)")
    page = read(tmp_path)
    assert page("script") == []
    assert page.h2.text == "<script>alert(1)"
    assert page.find(class_="questions").a["href"].startswith("%3Cscript%3Ealert%281%29/runs/")


def test_it_is_readable_by_all_and_leaves_nothing_behind(tmp_path):
    ran(tmp_path)
    written = index.write(tmp_path)
    assert written.stat().st_mode & 0o777 == 0o644
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "shop"]


def test_a_failure_leaves_the_old_index(tmp_path, monkeypatch):
    ran(tmp_path)
    before = index.write(tmp_path).read_bytes()
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        index.write(tmp_path)
    assert (tmp_path / "index.html").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "shop"]


def test_the_same_folders_make_the_same_bytes(tmp_path):
    ran(tmp_path)
    assert index.write(tmp_path).read_bytes() == index.write(tmp_path).read_bytes()


def test_a_report_that_nobody_renewed_says_since_when(tmp_path):
    home = ran(tmp_path)
    made = home / "latest" / "manifest.json"
    made.write_text("{}", encoding="utf-8")
    noon = datetime(2025, 1, 15, 12, tzinfo=UTC).timestamp()
    os.utime(made, (noon, noon))
    assert state_of(read(tmp_path, today=date(2025, 2, 1))).startswith("Published.")
    assert state_of(read(tmp_path, today=date(2025, 3, 1))) == (
        "Not renewed since January 15, 2025. "
        "Shown is the report as of June 30, 1998, published on January 15, 2025."
    )


def test_what_changed_is_told_with_sign_and_word(tmp_path):
    compared = {"previous": 1000000, "previous_as_of": "1998-03-31", "change": 23714}
    ran(tmp_path, results=RESULTS | {"headlines": [HEADLINE | compared | {"better": "up"}]})
    page = read(tmp_path)
    card = " ".join(page.find(class_="clv-card").find(class_="clv-change").text.split())
    assert card == "▲ up 2.4% since March 31, 1998 better"
    changes = page.find(class_="changes")
    assert changes.summary.text == "What changed since March 31, 1998"
    assert "Revenue" in changes.li.text
    assert not read(tmp_path.parent / "empty").find(class_="changes")


def test_without_a_comparable_run_nothing_is_said_of_change(tmp_path):
    ran(tmp_path)
    assert read(tmp_path)(class_=["clv-change", "changes"]) == []


def test_it_is_written_in_every_language_that_a_report_has(tmp_path):
    home = ran(tmp_path, results=RESULTS | {"translations": {"tr": {"headlines": []}}})
    (home / "latest" / "html" / "tr").mkdir()
    page = read(tmp_path)
    link = page.find(class_="masthead").a
    assert (page.html["lang"], link["href"], link["lang"]) == ("en", "index.tr.html", "tr")
    turkish = BeautifulSoup((tmp_path / "index.tr.html").read_text("utf-8"), "html.parser")
    assert turkish.html["lang"] == "tr"
    assert (
        turkish.find(class_="questions").a["href"].startswith("shop/runs/1998-06-30-3f9a/html/tr")
    )


def test_a_report_in_one_language_is_quoted_in_it_on_every_index(tmp_path):
    home = ran(tmp_path, results=RESULTS | {"languages": ["tr"]})
    (home / "latest" / "html" / "en").rename(home / "latest" / "html" / "tr")
    ran(tmp_path, name="other")
    other, shop = read(tmp_path)(class_="study")
    assert other.find(attrs={"lang": "tr", "dir": True}) is None
    assert shop.find(dir="ltr")["lang"] == "tr"


def test_without_an_english_report_the_index_is_in_the_language_there_is(tmp_path):
    home = ran(tmp_path, results=RESULTS | {"languages": ["tr"]})
    (home / "latest" / "html" / "en").rename(home / "latest" / "html" / "tr")
    assert read(tmp_path).html["lang"] == "tr"
    assert (tmp_path / "index.tr.html").read_bytes() == (tmp_path / "index.html").read_bytes()


BRIDGE = {
    "before": 1000.0, "after": 930.0, "currency": "USD", "start": "1998-03-31",
    "parts": [
        {"name": "won_customers", "amount": 50.0, "low": 40.0, "high": 60.0, "customers": 9},
        {"name": "lapsed_customers", "amount": -120.0, "low": -150.0, "high": -90.0,
         "customers": 1200},
    ],
}  # fmt: skip
FORECAST = {
    "made_on": "1997-06-30", "until": "1998-06-30", "expected": 100.0, "low": 80.0, "high": 120.0,
    "currency": "USD", "came": 130.0, "over": True, "inside": False,
}  # fmt: skip


def words(found) -> str:
    return " ".join(found.text.split())


def test_why_the_total_moved_is_told_by_the_parts_that_moved_it_most(tmp_path):
    ran(tmp_path, results=RESULTS | {"bridge": BRIDGE})
    told = read(tmp_path).find(class_="bridge")
    assert words(told.p) == (
        "Why the expected total moved since March 31, 1998 from $1,000 to $930.00"
    )
    assert [words(item) for item in told("li")] == [
        "▼ -$120.00 Probably lost since 1,200 customers",
        "▲ +$50.00 New customers 9 customers",
    ]


def test_published_totals_stand_beside_forecasts_made_again(tmp_path):
    tested = {"origins": 12, "missed": 0.22, "inside": 7}
    ran(tmp_path, results=RESULTS | {"forecasts": [FORECAST], "tested": tested})
    told = read(tmp_path).find(class_="changes")
    assert told.summary.text == "0 of 1 published total held"
    assert words(told.li) == (
        "June 30, 1997: $100.00 ($80.00 to $120.00) until June 30, 1998: $130.00 came "
        "outside the interval"
    )
    assert told.p.text.startswith("Made again on 12 earlier days")


def test_studies_stand_side_by_side_where_there_are_several(tmp_path):
    compared = {"previous": 1000000, "previous_as_of": "1998-03-31", "change": 23714}
    total = HEADLINE | compared | {"name": "clv_total", "better": "up"}
    ran(tmp_path, name="a", results=RESULTS | {"headlines": [total]})
    assert not read(tmp_path).find(class_="overview")
    ran(tmp_path, name="b", state="failed", runs=())
    page = read(tmp_path)
    first, second = page.find(class_="overview")("li")
    assert words(first) == "a Published. Revenue $1,023,714 ▲ up 2.4% since March 31, 1998"
    assert words(second).startswith("b The last run failed on ")
    assert page.find(id=second.a["href"][1:]).text == "b"


@pytest.mark.parametrize("results", ["{", "[]", '{"headlines": [{"name": "clv"}]}'])
def test_a_report_that_cannot_be_read_says_so(tmp_path, results):
    home = ran(tmp_path)
    (home / "latest" / "results.json").write_text(results, encoding="utf-8")
    assert state_of(read(tmp_path)).startswith("The report that stands is damaged.")


@pytest.mark.parametrize("through", ["latest", "runs/1998-06-30-3f9a"])
def test_all_reports_are_reached_from_a_page_however_it_was_opened(tmp_path, through):
    home = ran(tmp_path)
    (home / "latest" / "html" / "tr").mkdir()
    index.write(tmp_path)
    link = pages._links("99_executive_summary", "tr", "stakeholder", ["tr"])["home"]
    # As a browser resolves it: by the address, and not by where a symbolic link leads.
    reached = Path(os.path.normpath(home / through / "html" / "tr" / link))
    if reached.parent == home:
        onward = BeautifulSoup(reached.read_text("utf-8"), "html.parser")
        assert onward.find("meta", attrs={"http-equiv": "refresh"})["content"].endswith(
            onward.a["href"]
        )
        reached = Path(os.path.normpath(home / onward.a["href"]))
    assert reached == tmp_path / "index.tr.html"
    assert reached.is_file()


def test_a_study_of_somebody_else_is_left_alone(tmp_path, monkeypatch):
    ran(tmp_path)
    monkeypatch.setattr(os, "access", lambda *_: False)
    index.write(tmp_path)
    assert not (tmp_path / "shop" / "index.html").exists()
