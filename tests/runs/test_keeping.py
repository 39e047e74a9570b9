"""What stages rest on is learned once, and no later run uses other thresholds unasked."""

import json
import os
import re
from dataclasses import replace

import pytest

from clv.errors import SourceUnreadable, UsageError
from clv.runs import inputs, keeping, manifest, orders, preparation, publishing
from clv.runs.orders import Request
from clv.stages.thresholds import Thresholds


@pytest.fixture(autouse=True)
def _same_code(monkeypatch):
    monkeypatch.setattr(manifest, "code_hash", lambda: "code")


@pytest.fixture(scope="module")
def scored(tmp_path_factory, new_shop):
    """A request, its study and inputs, and its customers scored for the first time."""
    request = Request(new_shop(tmp_path_factory.mktemp("kept") / "shop", "00_speaks"))
    study = orders.study(request.study_file, {})
    found = inputs.read(study)
    return request, study, found, preparation.score(study, found)


@pytest.fixture
def first(scored, tmp_path):
    """The first run of a study in a folder of this test, which has kept its thresholds."""
    request, study, found, first = scored
    request = replace(request, study_file=tmp_path / "study.yml")
    study = replace(study, folder=tmp_path)
    kept = keeping.find(study, request, home=None).learned_on(study, found.cleaned)
    messages = kept.keep_those_of(first)
    return request, study, found, kept, messages


def again(first, **changes):
    request, study, found, *_ = first
    settings = changes.pop("settings", {})
    study = study.override({key: str(value) for key, value in settings.items()})
    request = replace(request, settings=settings, **changes)
    kept = keeping.find(study, request, home=None)
    return kept.learned_on(study, found.cleaned)


def test_the_first_run_keeps_them_beside_the_study_and_says_where(first, tmp_path):
    *_, kept, messages = first
    assert kept.found is None
    assert kept.identity is None
    (said,) = messages
    assert (said.level, said.code) == ("info", "thresholds-kept")
    assert str(tmp_path / "thresholds.json") in said.text
    read = Thresholds.from_json(tmp_path / "thresholds.json")
    assert (read.fitted_at, read.origin["study"]) == ("2024-12-31", "shop")


def test_a_later_run_uses_the_very_same_and_keeps_nothing_anew(first, scored, tmp_path):
    kept = again(first)
    assert kept.found == scored[-1].life.thresholds
    before = (tmp_path / "thresholds.json").read_bytes()
    assert kept.keep(tmp_path / "never_read.json") == ()
    assert kept.keep_those_of(scored[-1]) == ()
    assert (tmp_path / "thresholds.json").read_bytes() == before
    assert kept.of_run(kept.found) is kept.found


def test_they_are_part_of_a_runs_name_unless_these_very_inputs_taught_them(first):
    assert again(first).identity is None
    for other in ({"as_of": "2024-06-30"}, {"max_faulty": 0.5}):
        assert again(first, settings=other).identity == keeping.digest(again(first).found)
    assert again(first, settings={"horizon": "26W"}).identity is None


def test_those_changed_by_hand_are_part_of_a_runs_name(first, tmp_path):
    file = tmp_path / "thresholds.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    publishing.write_json(file, content | {"loyal_days": content["loyal_days"] + 5})
    changed = again(first)
    assert changed.found.loyal_days == content["loyal_days"] + 5
    assert changed.identity == keeping.digest(changed.found)
    publishing.write_json(file, content)
    assert again(first).identity is None


def test_what_was_put_there_during_a_run_stays_as_it_is(first, scored, tmp_path):
    *_, kept, _ = first  # as it was before the first run: without any
    file = tmp_path / "thresholds.json"
    file.write_text("put there by hand")
    (said,) = kept.keep_those_of(scored[-1])
    assert (said.level, said.code) == ("warning", "thresholds-kept-meanwhile")
    assert str(file) in said.text
    assert file.read_text() == "put there by hand"


def test_what_they_are_known_by_does_not_tell_where_they_come_from(first, scored):
    assert keeping.digest(again(first).found) == keeping.digest(scored[-1].life.thresholds)


def test_on_request_they_are_learned_anew(first, scored, tmp_path):
    kept = again(first, refit=True)
    assert kept.found is None
    before = (tmp_path / "thresholds.json").read_bytes()
    assert len(kept.keep_those_of(scored[-1])) == 1
    assert (tmp_path / "thresholds.json").read_bytes() == before  # the same inputs teach the same


def test_a_setting_that_they_would_ignore_is_refused(first):
    with pytest.raises(UsageError, match=r"another `lead_ttl` than the thresholds in .*`--refit`"):
        again(first, settings={"lifecycle": {"lead_ttl": 45}})
    with pytest.raises(UsageError, match="`return_horizon`, `lead_ttl`"):
        again(first, settings={"sector": "ecommerce"})
    assert again(first, settings={"sector": "ecommerce"}, refit=True).found is None


def test_those_of_another_study_are_refused_unless_they_are_named(first, tmp_path):
    with pytest.raises(UsageError, match="thresholds of shop, and this is bakery"):
        again(first, settings={"name": "bakery"})
    named = {"name": "bakery", "thresholds": os.path.relpath(tmp_path / "thresholds.json")}
    assert again(first, settings=named).found is not None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 1, "limits": []}', "\xff"])
def test_a_file_that_holds_none_is_refused_and_left_as_it_is(first, tmp_path, content):
    file = tmp_path / "thresholds.json"
    file.write_text(content, encoding="latin-1")
    with pytest.raises(SourceUnreadable, match=re.escape(str(file))):
        again(first)
    with pytest.raises(UsageError, match="is left as it is"):
        again(first, refit=True)


@pytest.mark.parametrize(
    "other", [{"transactions": "other.csv"}, {"refunds": "set_aside"}, {"currency": "EUR"}]
)
def test_of_other_data_named_by_hand_nothing_is_kept_beside_the_study(first, other):
    kept = again(first, settings=other)
    assert (kept.places, kept.found) == ((), None)


def test_other_data_named_by_hand_rest_on_the_file_that_is_named_and_never_write_it(first):
    request, study, found, *rest = first
    named = (request, replace(study, thresholds="thresholds.json"), found, *rest)
    other = {"currency": "EUR"}
    assert again(named, settings=other).found == again(first).found
    assert again(named, settings=other, refit=True).places == ()
    elsewhere = (request, replace(study, thresholds="none.json"), found, *rest)
    assert again(elsewhere, settings=other).places == ()


def test_without_a_study_file_they_are_kept_with_its_reports(first, tmp_path):
    request, study, *_ = first
    request = replace(request, study_file=None)
    kept = keeping.find(study, request, home=tmp_path / "shop")
    assert kept.places == (tmp_path / "shop" / "thresholds.json",)
    assert keeping.find(study, request, home=None).places == ()


def test_two_studies_in_one_folder_keep_two_files(first, tmp_path):
    request, study, *_ = first
    other = replace(request, study_file=tmp_path / "north.yml")
    assert keeping.find(study, other, home=None).places == (tmp_path / "north.thresholds.json",)


def test_where_the_folder_cannot_be_written_they_are_kept_with_the_reports(first, scored, tmp_path):
    request, study, found, *_ = first
    (tmp_path / "nowhere").write_text("a file, in which nothing can be written")
    request = replace(request, study_file=tmp_path / "nowhere" / "study.yml")
    home = tmp_path / "reports"
    kept = keeping.find(study, request, home=home).learned_on(study, found.cleaned)
    (said,) = kept.keep_those_of(scored[-1])
    assert (said.level, str(home / "thresholds.json") in said.text) == ("info", True)
    assert keeping.find(study, request, home=home).found is not None
    (said,) = replace(kept, places=kept.places[:1]).keep_those_of(scored[-1])
    assert (said.level, said.code) == ("warning", "thresholds-not-kept")


def test_the_file_is_json_that_people_can_read(first, tmp_path):
    content = json.loads((tmp_path / "thresholds.json").read_text(encoding="utf-8"))
    assert content["origin"].keys() == {"study", "settings", "inputs", "digest"}
    assert content["version"] >= 2


def test_what_is_expected_of_a_stage_may_change_and_what_the_stage_rests_on_may_not(first):
    request, study, *_ = first
    asked = replace(study, lifecycle={"expectations": {"lead": 0.3}})
    assert keeping.find(asked, request, home=None).found is not None
    other = replace(study, lifecycle={"lead_ttl": 3})
    with pytest.raises(UsageError, match="declares another `lead_ttl`"):
        keeping.find(other, request, home=None)
