"""What has been told to whom, and when the same is told again."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from clv.runs import receipts
from clv.runs.folders import Found

FAULT = {"level": "error", "code": "no-rows", "line": 7, "text": "Of ayse@mail.example."}
REPORT = {"report": "1998-06-30-3f9a"}
CHIEF, TEAM = "Address 1 in CHIEF", "Address 1 in TEAM"


def test_a_report_is_told_by_its_run(ended):
    assert receipts.telling(Found.read(ended()), "ok") == REPORT


def test_trouble_is_told_by_its_day_and_codes_and_by_no_cell(ended):
    home = ended(state="refused", exit_code=3, messages=[FAULT])
    found = Found.read(home)
    (trouble,) = receipts.telling(found, "refused").values()
    assert trouble == {
        "state": "refused", "exit_code": 3, "day": found.last_day.isoformat(),
        "codes": ["no-rows"], "stands": "1998-06-30-3f9a",
    }  # fmt: skip


def test_trouble_before_any_report_is_told_too(ended):
    home = ended(published=False, state="failed", exit_code=1)
    assert receipts.telling(Found.read(home), "failed")["trouble"]["stands"] is None


def test_nothing_tells_a_silent_end_from_another(ended):
    home = ended()
    silent = receipts.telling(Found.read(home), "silent")
    receipts.keep(home, TEAM, silent)
    assert not receipts.has(home, TEAM, silent)
    assert not (home / receipts.NAME).exists()


def test_the_last_report_and_the_last_trouble_are_kept_for_each_address(ended):
    home = ended()
    trouble = {"trouble": {"state": "failed", "codes": ["no-rows"]}}
    receipts.keep(home, TEAM, REPORT)
    receipts.keep(home, CHIEF, trouble)
    receipts.keep(home, TEAM, trouble)
    receipts.keep(home, TEAM, {"report": "1998-09-30-77aa"})
    kept = json.loads((home / receipts.NAME).read_text(encoding="utf-8"))
    assert kept == {TEAM: {"report": "1998-09-30-77aa"} | trouble, CHIEF: trouble}
    assert receipts.has(home, TEAM, trouble)
    assert not receipts.has(home, TEAM, REPORT)
    assert not receipts.has(home, CHIEF, REPORT)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"Address 1 in TEAM": 7}'])
def test_where_it_cannot_be_read_nobody_has_been_told(ended, content):
    home = ended()
    (home / receipts.NAME).write_text(content, encoding="utf-8")
    assert not receipts.has(home, TEAM, REPORT)
    receipts.keep(home, TEAM, REPORT)
    assert receipts.has(home, TEAM, REPORT)


def test_deliveries_at_once_do_not_forget_each_other(ended):
    home = ended()
    names = [f"Address {number} in TEAM" for number in range(40)]
    with ThreadPoolExecutor(8) as at_once:
        list(at_once.map(lambda name: receipts.keep(home, name, REPORT), names))
    assert [name for name in names if not receipts.has(home, name, REPORT)] == []


def test_it_is_for_the_owner_and_their_group(ended):
    home = ended()
    receipts.keep(home, TEAM, REPORT)
    assert stat.S_IMODE((home / receipts.NAME).stat().st_mode) == 0o640
