"""What is told of a run: its answer and numbers, or why there are none; nothing personal."""

import json
import os
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup

from clv.errors import BadParameter, NotDelivered, UsageError
from clv.runs import letter

FAULT = {"level": "error", "code": "too-many-faulty", "line": 41, "column": "e-mail",
         "text": "Line 41 holds ayse@mail.example."}  # fmt: skip
UNCHANGED = {"level": "info", "code": "nothing-changed", "text": "Nothing changed."}
ALERT = {"name": "stale", "label": "Data", "detail": "Ask for a newer export.", "passed": False,
         "notebook": ""}  # fmt: skip
REFUSED = {"state": "refused", "exit_code": 3, "run_id": None, "messages": [FAULT]}


def text_of(told) -> str:
    return " ".join(BeautifulSoup(told.html, "html.parser").get_text(" ").split())


def test_a_published_report_is_told_with_its_answer_and_its_numbers(ended):
    told = letter.compose(ended())
    assert told.subject == "shop: new report as of June 30, 1998"
    said = text_of(told)
    assert "What should we do? Call 12 customers & wait. Next step : Begin on Monday." in said
    assert "Revenue: $1,030 (Likely range: $900 to $1,100 ); ▲ up 3.0% since March 31, 1998" in said
    assert "Attached" in said
    assert told.kind == "success"


def test_what_comes_from_data_is_escaped(ended):
    assert "Call 12 customers &amp; wait." in letter.compose(ended()).html


def test_alerts_stand_in_the_subject_and_in_the_message(ended):
    told = letter.compose(ended(alerts=[ALERT]))
    assert told.subject.endswith("with 1 alert")
    assert "Data : Ask for a newer export." in text_of(told)
    assert told.kind == "warning"


def test_a_run_that_was_refused_is_told_by_its_code_and_never_by_a_cell(ended):
    told = letter.compose(ended(**REFUSED))
    assert told.subject == "shop: no new report, the last run was refused"
    assert "(too-many-faulty, line 41)" in text_of(told)
    assert "The report as of June 30, 1998" in text_of(told)
    assert "ayse" not in told.html + json.dumps(told.data)
    assert told.run is None
    assert told.kind == "failure"


def test_a_study_that_was_never_published_has_no_report_to_fall_back_on(ended):
    said = text_of(letter.compose(ended(published=False, **REFUSED)))
    assert "There is no report of this study yet." in said


@pytest.mark.parametrize("state", ["failed", "interrupted"])
def test_other_endings_say_on_which_day(ended, state):
    home = ended(state=state, exit_code=1)
    noon = datetime(2025, 1, 15, 12, tzinfo=UTC).timestamp()
    os.utime(home / "last_run.json", (noon, noon))
    assert "on January 15, 2025." in text_of(letter.compose(home))


@pytest.mark.parametrize("after", ["137", "KILL", "2"])
def test_a_run_that_was_killed_is_no_success_whatever_the_run_before_it_said(ended, after):
    told = letter.compose(ended(), after=after)
    assert told.subject == "shop: no new report, the last run ended without a word"
    assert f"without a word ({after}): it was killed, or could not begin." in text_of(told)
    assert told.data["state"] == "failed"
    assert told.data["last_good_run"] == "1998-06-30-3f9a"
    assert told.data["headlines"] == []


def test_the_exit_code_that_last_run_json_knows_changes_nothing(ended):
    home = ended()
    assert letter.compose(home, after="0") == letter.compose(home)


def test_the_first_run_may_have_been_killed(ended):
    home = ended(published=False)
    (home / "last_run.json").unlink()
    assert "There is no report" in text_of(letter.compose(home, after="137"))


def test_of_a_run_that_could_not_begin_no_code_is_told(ended):
    said = text_of(letter.compose(ended(), after=""))
    assert "What became of the last run is not known." in said
    assert "()" not in said


def test_without_any_run_there_is_nothing_to_tell(tmp_path):
    with pytest.raises(UsageError, match="do `clv run` first"):
        letter.compose(tmp_path / "reports" / "shop")


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_an_unreadable_last_run_is_told_as_unknown(ended, content):
    home = ended()
    (home / "last_run.json").write_text(content, encoding="utf-8")
    told = letter.compose(home, after="0")
    assert told.data["state"] == "failed"


def test_a_last_run_of_an_unknown_kind_is_no_success(ended):
    told = letter.compose(ended(state="gone"))
    assert "What became of the last run is not known." in text_of(told)


def test_an_unchanged_report_says_so(ended):
    told = letter.compose(ended(messages=[UNCHANGED]))
    assert told.subject == "shop: nothing new since the report as of June 30, 1998"
    assert "Nothing has changed since the last report." in text_of(told)


@pytest.mark.parametrize("also", [[], [UNCHANGED]])
def test_a_run_beside_the_report_is_not_told_as_a_new_one(ended, also):
    part = {"level": "info", "code": "stands-beside", "text": "A part was run."}
    told = letter.compose(
        ended(run_id="1998-12-31-77aa", as_of="1998-12-31", messages=[*also, part])
    )
    assert told.subject == "shop: the report as of June 30, 1998 stays, another stands beside it"
    said = text_of(told)
    assert "A part of the notebooks, or other data, was run, and is not in this report." in said
    assert "The report as of June 30, 1998" in said
    assert "new report" not in said


@pytest.mark.parametrize("code", ["nothing-changed", "stands-beside"])
def test_a_report_that_stood_already_is_told_as_a_new_one_to_who_knows_nothing_of_it(ended, code):
    stood = {"level": "info", "code": code, "text": "It stood."}
    warned = {"level": "warning", "code": "stale", "text": "The newest purchase is old."}
    told = letter.compose(ended(messages=[stood, warned]), as_news=True)
    assert told.subject == "shop: new report as of June 30, 1998"
    assert "A new report is published." in text_of(told)
    assert [message["code"] for message in told.data["messages"]] == ["stale"]


def test_trouble_stays_trouble_for_who_knows_nothing_of_it(ended):
    home = ended(**REFUSED)
    assert letter.compose(home, as_news=True) == letter.compose(home)


def test_a_page_that_somebody_has_changed_is_not_sent(ended):
    home = ended()
    (home / "latest/html/en/99_executive_summary.html").write_text("<p>Buy our shares.</p>")
    with pytest.raises(NotDelivered, match="not what its manifest says"):
        letter.compose(home)


def test_each_language_has_its_own_part_in_its_own_direction(ended):
    page = BeautifulSoup(letter.compose(ended(), languages=["tr", "en"]).html, "html.parser")
    parts = page.find_all("div", lang=True)
    assert [part["lang"] for part in parts] == ["tr", "en"]
    assert "Ne yapmalı?" in parts[0].text
    assert "What should we do?" in parts[1].text


@pytest.mark.parametrize(("language", "direction"), [("tr", "ltr"), ("ar", "rtl")])
def test_a_failure_is_told_in_every_language_without_an_english_word(ended, language, direction):
    told = letter.compose(ended(**REFUSED), languages=[language], after="3")
    part = BeautifulSoup(told.html, "html.parser").div
    assert part["dir"] == direction
    for english in ("report", "run ", "The ", "last "):
        assert english not in part.text.replace("last_run.json", "").replace("clv run", "")
        assert english not in told.subject


def test_a_report_is_sent_in_languages_that_it_is_written_in(ended):
    with pytest.raises(BadParameter, match="`--lang` must be among `en`, `tr`; got 'ar'"):
        letter.compose(ended(), languages=["ar"])


def test_machines_get_the_same_as_values(ended):
    told = letter.compose(ended(alerts=[ALERT], messages=[FAULT | {"level": "warning"}]))
    assert told.data | {"headlines": [], "alerts": []} == {
        "study": "shop", "state": "ok", "exit_code": 0, "run_id": "1998-06-30-3f9a",
        "as_of": "1998-06-30", "last_good_run": "1998-06-30-3f9a",
        "answer": "Call 12 customers & wait.", "next_step": "Begin on Monday.",
        "headlines": [], "alerts": [],
        "messages": [{"level": "warning", "code": "too-many-faulty", "line": 41}],
    }  # fmt: skip
    (number,) = told.data["headlines"]
    assert (number["name"], number["value"], number["change"]) == ("revenue", 1030.0, 30.0)
    assert told.data["alerts"] == [
        {"name": "stale", "label": "Data", "detail": "Ask for a newer export."}
    ]


@pytest.mark.parametrize(("pages", "said"), [("summary", "Attached: the summary"), ("none", "")])
def test_it_says_what_is_attached(ended, pages, said):
    text = text_of(letter.compose(ended(), pages=pages))
    assert said in text
    assert "archive" not in text
    assert ("Attached" in text) == bool(said)


def test_who_gets_no_attachment_is_told_of_none(ended):
    home = ended()
    told = letter.compose(home, languages=["en", "tr"])
    assert told.alone == letter.compose(home, languages=["en", "tr"], pages="none").html
    assert told.alone != told.html
