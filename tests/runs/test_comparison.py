"""A number is compared with the same number of an earlier day, asked in the same terms."""

import json
import os

import pytest

from clv.report.words import Words
from clv.runs import comparison, manifest

STUDY = {"unit": "W", "horizon": "12M", "languages": ("en",), "as_of": "1998-06-30"}
PIECE = {"notebook": "06", "name": "clv", "value": 110.0, "unit": "USD", "better": "up"}


def publish(
    home, name, *, partial=False, study=STUDY, value=100.0, thresholds=None, by_hand=False, **facts
):
    """A published run with one headline."""
    run = home / "runs" / name
    run.mkdir(parents=True)
    found = {"headlines": [PIECE | {"value": value} | facts]}
    (run / "results.json").write_text(json.dumps(found), encoding="utf-8")
    made = {"run_id": name[:13], "as_of": name[:10], "partial": partial, "study": study}
    manifest.write(run, made | {"thresholds_used": thresholds, "by_hand": by_hand})
    return run


def compared(before, **facts) -> dict:
    (piece,) = comparison.changes([PIECE | facts], before)
    return piece


def said(**facts) -> str:
    """A change in one line of English."""
    day = {"previous_as_of": "1998-03-31"}
    change = facts["value"] - facts["previous"]
    words = comparison.worded(PIECE | day | {"change": change} | facts, Words.of("en"))
    return " ".join(word for word in (words["sign"], words["text"], words["verdict"]) if word)


# Which run


def test_the_newest_good_run_of_an_earlier_day_is_compared_with(tmp_path):
    for name in ("1997-12-31-aa", "1998-03-31-bb", "1998-06-30-cc", "1998-09-30-dd"):
        publish(tmp_path, name)
    before = comparison.earlier(tmp_path, STUDY, "1998-06-30")
    assert (before.run_id, before.as_of) == ("1998-03-31-bb", "1998-03-31")


def test_runs_whose_stages_rest_on_other_thresholds_are_not_compared(tmp_path):
    publish(tmp_path, "1997-12-31-aa", thresholds="kept")
    publish(tmp_path, "1998-03-31-bb", thresholds="learned anew")
    before = comparison.earlier(tmp_path, STUDY, "1998-06-30", thresholds="kept")
    assert before.run_id == "1997-12-31-aa"
    assert comparison.earlier(tmp_path, STUDY, "1998-06-30") is None


def test_the_studys_own_data_are_not_compared_with_data_named_by_hand(tmp_path):
    publish(tmp_path, "1997-12-31-aa")
    publish(tmp_path, "1998-03-31-bb", by_hand=True)
    assert comparison.earlier(tmp_path, STUDY, "1998-06-30").run_id == "1997-12-31-aa"


@pytest.mark.parametrize("damaged", ["[]", '"x"', '{"study": [], "as_of": "1998-03-31"}', "{", ""])
def test_a_run_without_a_manifest_is_not_compared_with(tmp_path, damaged):
    publish(tmp_path, "1997-12-31-aa")
    (publish(tmp_path, "1998-03-31-bb") / "manifest.json").write_text(damaged)
    assert comparison.earlier(tmp_path, STUDY, "1998-06-30").run_id == "1997-12-31-aa"


def test_a_run_that_lost_a_file_is_not_compared_with(tmp_path):
    publish(tmp_path, "1997-12-31-aa")
    (publish(tmp_path, "1998-03-31-bb") / "results.json").write_text("{}")
    assert comparison.earlier(tmp_path, STUDY, "1998-06-30").run_id == "1997-12-31-aa"


def test_a_whole_run_is_rather_compared_with_than_a_part_and_the_newest_of_those(tmp_path):
    for number, (name, partial) in enumerate(
        [("1998-03-31-cc", False), ("1998-03-31-bb", False), ("1998-03-31-dd", True)]
    ):
        made = publish(tmp_path, name, partial=partial) / manifest.NAME
        os.utime(made, (number, number))
    assert comparison.earlier(tmp_path, STUDY, "1998-06-30").run_id == "1998-03-31-bb"


def test_a_repeat_counts_as_the_run_that_it_repeats(tmp_path):
    publish(tmp_path, "1998-03-31-bb")
    publish(tmp_path, "1998-03-31-bb.2")
    assert comparison.earlier(tmp_path, STUDY, "1998-06-30").run_id == "1998-03-31-bb"


@pytest.mark.parametrize(
    ("key", "value", "comparable"),
    [("horizon", "2Y", False), ("unit", "D", False), ("languages", ("tr",), True)],
)
def test_only_the_same_question_has_a_comparable_answer(tmp_path, key, value, comparable):
    publish(tmp_path, "1998-03-31-bb", study=STUDY | {key: value})
    assert (comparison.earlier(tmp_path, STUDY, "1998-06-30") is not None) is comparable


def test_a_key_that_an_older_version_did_not_know_is_at_its_default(tmp_path):
    old = {key: value for key, value in STUDY.items() if key != "unit"}
    publish(tmp_path, "1998-03-31-bb", study=old)
    assert comparison.earlier(tmp_path, STUDY, "1998-06-30") is not None
    assert comparison.earlier(tmp_path, STUDY | {"unit": "D"}, "1998-06-30") is None


def test_without_an_earlier_run_there_is_nothing_to_compare_with(tmp_path):
    (tmp_path / "runs" / "1998-03-31-broken").mkdir(parents=True)
    assert comparison.earlier(tmp_path, STUDY, "1998-06-30") is None
    assert compared(None) == PIECE
    assert comparison.worded(PIECE, Words.of("en")) is None


# What has changed


def test_a_headline_is_given_its_previous_value(tmp_path):
    before = comparison.Earlier.read(publish(tmp_path, "1998-03-31-bb"))
    assert compared(before) == PIECE | {
        "previous": 100.0,
        "previous_as_of": "1998-03-31",
        "change": 10.0,
    }
    assert comparison.of_page([PIECE], "06", before)["clv"]["change"] == 10.0
    assert comparison.of_page([PIECE], "07", before) == {"clv": {}}


@pytest.mark.parametrize(
    "facts", [{"unit": "EUR"}, {"value": None}, {"name": "other"}, {"notebook": "07"}]
)
def test_what_is_not_the_same_number_is_not_compared(tmp_path, facts):
    before = comparison.Earlier.read(publish(tmp_path, "1998-03-31-bb"))
    assert "change" not in compared(before, **facts)


@pytest.mark.parametrize(("was", "now"), [(4, 9), (9, 4)])
def test_a_change_gives_no_small_group_away(tmp_path, was, now):
    run = publish(tmp_path, "1998-03-31-bb", unit="customers", value=was)
    before = comparison.Earlier.read(run)
    assert "change" not in compared(before, unit="customers", value=now)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"value": 103.2, "previous": 100.0}, "▲ up 3.2% since March 31, 1998 better"),
        ({"value": 90.0, "previous": 100.0}, "▼ down 10.0% since March 31, 1998 worse"),
        (
            {"value": 90.0, "previous": 100.0, "better": "down"},
            "▼ down 10.0% since March 31, 1998 better",
        ),
        ({"value": 90.0, "previous": 100.0, "better": ""}, "▼ down 10.0% since March 31, 1998"),
        ({"value": 100.01, "previous": 100.0}, "unchanged since March 31, 1998"),
        ({"value": 0, "previous": 0, "unit": "customers"}, "unchanged since March 31, 1998"),
        (
            {"value": 0.512, "previous": 0.5, "unit": "share"},
            "▲ up 1.2 percentage points since March 31, 1998 better",
        ),
        (
            {"value": 0.4, "previous": 0.5, "unit": "share"},
            "▼ down 10.0 percentage points since March 31, 1998 worse",
        ),
        ({"value": 7, "previous": 0, "unit": "customers"}, "▲ 0 on March 31, 1998 better"),
    ],
)
def test_a_change_is_said_with_sign_and_word(facts, sentence):
    assert said(**facts) == sentence
