"""A run publishes a whole report or leaves everything as it was."""

import hashlib
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from clv.errors import (
    AnotherRunHolds,
    ColumnsMissing,
    CouldNotPublish,
    NoRows,
    NotebookFailed,
    SourceUnreadable,
    UnknownParameter,
)
from clv.runs import execution, manifest, pruning, publishing, suite
from clv.runs.orders import Request

SUITE = ("00_speaks", "01_says_where_it_runs", "02_needs_a_model", "99_sums_up")


@pytest.fixture(autouse=True)
def _same_code(monkeypatch):
    """Files that are edited while the tests run must not rename a run."""
    monkeypatch.setattr(manifest, "code_hash", lambda: "code")


@pytest.fixture(scope="module")
def published(tmp_path_factory, new_shop):
    """A shop whose report stands."""
    folder = tmp_path_factory.mktemp("published")
    request = Request(new_shop(folder / "shop", *SUITE), out=folder / "reports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "code_hash", lambda: "code")
        outcome = suite.run(request)
    return request, outcome


@pytest.fixture
def shop(published, tmp_path) -> Request:
    """A copy of that shop and its report, to be spoilt."""
    request, _ = published
    shutil.copytree(request.study_file.parent, tmp_path / "shop")
    shutil.copytree(request.out, tmp_path / "reports", symlinks=True)
    return Request(tmp_path / "shop" / "study.yml", out=tmp_path / "reports")


def contents(folder: Path) -> dict[str, str]:
    """Hash of every file below a folder, by its path."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def last_run(request: Request) -> dict:
    return json.loads((request.home / "last_run.json").read_text(encoding="utf-8"))


def texts(request: Request) -> str:
    return " ".join(message["text"] for message in last_run(request)["messages"])


# A good run


def test_a_run_leaves_a_report_an_index_and_nothing_else(published):
    request, outcome = published
    assert outcome.anew
    assert (request.home / "latest").resolve() == outcome.run
    assert sorted(p.name for p in request.out.iterdir()) == ["index.html", "shop"]
    assert sorted(p.name for p in request.home.iterdir()) == [
        ".lock",
        "index.html",
        "last_run.json",
        "latest",
        "runs",
    ]
    assert sorted(p.name for p in outcome.run.iterdir()) == [
        "html",
        "manifest.json",
        "notebooks",
        "results.json",
        "tables",
    ]


def test_the_last_run_says_what_came_of_it(published):
    request, outcome = published
    said = last_run(request)
    assert (said["state"], said["exit_code"]) == ("ok", 0)
    assert (said["run_id"], said["as_of"]) == (outcome.run.name, "2024-12-31")
    assert said["rows"]["in"] == said["rows"]["accepted"] > 0
    assert said["model"]["state"] == "skipped"


def test_a_notebook_without_its_model_is_left_out_and_everybody_is_told(published):
    request, outcome = published
    assert manifest.read(outcome.run)["left_out"] == ["02_needs_a_model"]
    assert not list(outcome.run.rglob("02_*"))
    results = json.loads((outcome.run / "results.json").read_text(encoding="utf-8"))
    assert "02_needs_a_model" in results["alerts"][-1]["detail"]
    assert "02_needs_a_model" in (request.out / "index.html").read_text(encoding="utf-8")
    assert "Left out 02_needs_a_model" in texts(request)


def test_what_is_odd_about_the_data_reaches_whoever_reads_the_index(published):
    request, outcome = published
    results = json.loads((outcome.run / "results.json").read_text(encoding="utf-8"))
    stale = results["alerts"][0]
    assert (stale["name"], stale["label"]) == ("stale", "Data")
    assert stale["detail"].startswith("The newest purchase is long before")
    assert stale["detail"] in (request.out / "index.html").read_text(encoding="utf-8")


def test_results_hold_what_the_pages_say(published):
    _, outcome = published
    results = json.loads((outcome.run / "results.json").read_text(encoding="utf-8"))
    assert (results["study"], results["run_id"]) == ("shop", outcome.run.name)
    assert [page["notebook"] for page in results["pages"]] == [n for n in SUITE if n[:2] != "02"]
    assert results["pages"][0]["answer"] == "There are customers."
    (headline,) = results["headlines"]
    assert (headline["name"], headline["value"], headline["text"]) == ("customers", 40, "40")
    assert headline["notebook"] == "00_speaks"
    assert [check["passed"] for check in results["checks"]] == [True]


def test_the_summary_reads_the_results_of_the_others(published):
    _, outcome = published
    notebook = nbformat.read(outcome.run / "notebooks" / "99_sums_up.ipynb", as_version=4)
    assert notebook.cells[-1].outputs[0].text == "40 ['customers']\n"


def test_a_page_says_where_its_numbers_come_from(published):
    _, outcome = published
    page = (outcome.run / "html" / "en" / "00_speaks.html").read_text(encoding="utf-8")
    inputs = manifest.read(outcome.run)["inputs"]
    for said in [outcome.run.name, "orders.csv", *inputs.values(), "How many customers are there?"]:
        assert said in page


def test_the_manifest_names_every_file_and_what_the_run_is_made_from(published):
    _, outcome = published
    said = manifest.read(outcome.run)
    assert said["files"].keys() == contents(outcome.run).keys() - {"manifest.json"}
    assert manifest.verifies(outcome.run)
    assert said["study"]["as_of"] == "2024-12-31"
    assert said["told"]["00_speaks"]["prepared"] == "prepared"


# The same run again


def test_an_unchanged_run_is_found_done(shop):
    before = contents(shop.home / "runs")
    outcome = suite.run(shop)
    assert not outcome.anew
    assert contents(shop.home / "runs") == before
    assert "Nothing changed since run" in texts(shop)
    assert last_run(shop)["model"]["state"] == "skipped"


def test_a_forced_repeat_has_the_same_bytes_under_another_name(shop, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")
    first = publishing.latest(shop.home)
    again = suite.run(replace(shop, force=True)).run
    assert again.name == f"{first.name}.2"
    assert publishing.latest(shop.home) == again
    mine, theirs = contents(first), contents(again)
    # The one notebook that prints where it runs may differ; the manifest holds seconds.
    differing = {name for name in mine if mine[name] != theirs[name]}
    assert {name for name in differing if "01_says" not in name} <= {"manifest.json"}


def test_a_damaged_run_is_made_again(shop):
    part = replace(shop, only=("01",))
    run = suite.run(part).run
    (run / "results.json").write_text("{}")
    outcome = suite.run(part)
    assert outcome.anew
    assert outcome.run.name == f"{run.name}.2"


@pytest.mark.parametrize("spoilt", [False, True], ids=["forced", "damaged"])
def test_the_newest_of_several_repeats_is_found_done(shop, spoilt):
    part = replace(shop, only=("01",))
    first = suite.run(part).run
    if spoilt:
        (first / ".DS_Store").touch()
    again = suite.run(replace(part, force=not spoilt)).run
    assert again.name == last_run(shop)["run_id"] == f"{first.name}.2"
    outcome = suite.run(part)
    assert (outcome.anew, outcome.run) == (False, again)
    assert last_run(shop)["run_id"] == again.name
    shutil.rmtree(first)  # as --keep 1 does
    (shop.home / pruning.PLACE / "half").mkdir(parents=True)  # of a run that was killed
    assert suite.run(part).run == again
    assert not (shop.home / pruning.PLACE).exists()


def test_thresholds_changed_by_hand_make_another_run(shop):
    part = replace(shop, only=("01",))
    first = suite.run(part).run
    kept = shop.study_file.parent / "thresholds.json"
    content = json.loads(kept.read_text(encoding="utf-8"))
    kept.write_text(json.dumps(content | {"loyal_days": content["loyal_days"] + 5}))
    outcome = suite.run(part)
    assert outcome.anew
    assert outcome.run.name.split(".")[0] != first.name
    assert not suite.run(part).anew


def test_data_named_by_hand_stand_beside_the_report(shop):
    whole = publishing.latest(shop.home)
    orders = {"transactions": str(shop.study_file.parent / "orders.csv")}
    trial = suite.run(replace(shop, settings=orders))
    assert [manifest.read(run)["by_hand"] for run in (whole, trial.run)] == [False, True]
    assert publishing.latest(shop.home) == whole
    (told,) = [one.text for one in trial.messages if one.code == "stands-beside"]
    assert trial.run.name in told
    assert "--set name=trial" in told


def test_data_read_in_another_way_by_hand_stand_beside_the_report_too(shop):
    whole = publishing.latest(shop.home)
    earlier = manifest.read(whole)["as_of"]
    later = replace(shop, settings={"zero_amounts": "purchase", "as_of": "2025-06-30"})
    trial = suite.run(later)
    assert publishing.latest(shop.home) == whole
    made = manifest.read(trial.run)
    assert (made["by_hand"], made["compared_with"]) == (True, None)
    assert earlier < made["as_of"]


def test_data_named_by_hand_have_a_report_under_a_name_of_their_own(shop):
    orders = {"transactions": str(shop.study_file.parent / "orders.csv"), "name": "trial"}
    request = replace(shop, settings=orders)
    outcome = suite.run(request)
    assert publishing.latest(request.home) == outcome.run
    assert "stands-beside" not in {one.code for one in outcome.messages}


def test_what_the_stages_rest_on_is_learned_at_the_first_run_alone(shop):
    kept = shop.study_file.parent / "thresholds.json"
    before = kept.read_bytes()
    first = manifest.read(publishing.latest(shop.home))
    assert json.loads(before)["fitted_at"] == "2024-12-31"
    assert first["thresholds"] is None
    earlier = suite.run(replace(shop, only=("01",), settings={"as_of": "2024-06-30"})).run
    assert kept.read_bytes() == before
    assert manifest.read(earlier)["thresholds"] == first["thresholds_used"]
    assert (earlier / "tables" / "thresholds.json").read_bytes() == before


def test_thresholds_that_were_lost_come_back_from_the_run_that_learned_them(shop):
    kept = shop.study_file.parent / "thresholds.json"
    before = kept.read_bytes()
    kept.unlink()
    assert not suite.run(shop).anew
    assert kept.read_bytes() == before
    kept.write_text("{}")
    with pytest.raises(SourceUnreadable, match=r"thresholds\.json holds no thresholds"):
        suite.run(shop)
    assert kept.read_text() == "{}"


def test_a_changed_input_is_another_run(shop):
    with (shop.study_file.parent / "orders.csv").open("a") as orders:
        orders.write("zoe,2024-06-01,10.00\n")
    outcome = suite.run(replace(shop, only=("01",)))
    assert outcome.anew
    assert len(list((shop.home / "runs").iterdir())) == 2


# Runs side by side


def test_a_run_is_compared_with_the_newest_one_of_an_earlier_day(shop):
    settings = {"as_of": "2024-06-30"}
    first = suite.run(replace(shop, settings=settings)).run  # an earlier day than the one published
    second = suite.run(shop).run
    assert second != publishing.latest(shop.home).parent / first.name
    made = manifest.read(second)
    assert made["compared_with"] == first.name
    assert manifest.read(first)["compared_with"] is None
    results = json.loads((second / "results.json").read_text(encoding="utf-8"))
    (headline,) = results["headlines"]
    was = json.loads((first / "results.json").read_text(encoding="utf-8"))["headlines"][0]["value"]
    assert (headline["previous"], headline["previous_as_of"]) == (was, "2024-06-30")
    assert headline["change"] == 40 - was > 0
    for page in (second / "html" / "en" / "00_speaks.html", shop.out / "index.html"):
        assert "since June 30, 2024" in page.read_text(encoding="utf-8")
    assert not suite.run(shop).anew  # a repeat compares with the same one
    anew = suite.run(replace(shop, refit=True, only=("01",), settings={"as_of": "2024-11-30"})).run
    assert manifest.read(anew)["compared_with"] is None  # other stages cannot be compared


def test_small_groups_that_were_merged_are_told(tmp_path, new_shop):
    shop = Request(new_shop(tmp_path / "shop", "15_shows_segments"), out=tmp_path / "reports")
    for _ in range(2):  # also where nothing has changed
        run = suite.run(shop).run
        (told,) = [m for m in last_run(shop)["messages"] if m["code"] == "small-groups-merged"]
        assert told["level"] == "info"
        assert "fewer than 5" in told["text"]
        assert "15_shows_segments" in told["text"]
    page = (run / "html" / "en" / "15_shows_segments.html").read_text(encoding="utf-8")
    assert "Groups of fewer than 5 customers are shown together as Other." in page


# Parts


def test_a_part_never_takes_the_place_of_the_whole(shop):
    whole = publishing.latest(shop.home)
    outcome = suite.run(replace(shop, only=("01",)))
    part = outcome.run
    assert part != whole
    assert publishing.latest(shop.home) == whole
    assert (part / "tables" / "customers.csv").exists()
    assert "stands-beside" in {message.code for message in outcome.messages}


def test_a_part_is_the_latest_where_there_is_no_whole(tmp_path, new_shop):
    request = Request(new_shop(tmp_path / "shop", *SUITE), out=tmp_path / "reports", only=("01",))
    outcome = suite.run(request)
    first = outcome.run
    assert publishing.latest(request.home) == first
    assert "stands-beside" not in {message.code for message in outcome.messages}
    second = suite.run(replace(request, force=True)).run
    assert publishing.latest(request.home) == second


# A bad run


@pytest.mark.parametrize(
    ("orders", "error", "code"),
    [
        (b"\xff\x00\x01binary", SourceUnreadable, 3),
        (b"customer,date,amount\n1,2024-01-01,3\n", ColumnsMissing, 3),
        (b"customer_id,date,amount\n", NoRows, 3),
    ],
    ids=["unreadable file", "missing column", "empty log"],
)
def test_bad_input_leaves_the_last_good_report_untouched(shop, orders, error, code):
    before, link = contents(shop.home / "runs"), os.readlink(shop.home / "latest")
    (shop.study_file.parent / "orders.csv").write_bytes(orders)
    with pytest.raises(error):
        suite.run(shop)
    assert contents(shop.home / "runs") == before
    assert os.readlink(shop.home / "latest") == link
    assert (last_run(shop)["state"], last_run(shop)["exit_code"]) == ("refused", code)
    assert not (shop.home / ".staging").exists()
    assert "The last run was refused" in (shop.out / "index.html").read_text(encoding="utf-8")


def test_a_misspelt_parameter_starts_no_kernel(shop, monkeypatch):
    monkeypatch.setattr(execution, "execute", lambda *_, **__: pytest.fail("a kernel started"))
    before = contents(shop.home / "runs")
    with pytest.raises(UnknownParameter, match="Did you mean `horizon`"):
        suite.run(replace(shop, settings={"horizont": "52W"}))
    assert contents(shop.home / "runs") == before
    assert (last_run(shop)["state"], last_run(shop)["exit_code"]) == ("refused", 2)


def test_a_failed_notebook_publishes_nothing(shop, notebook_files):
    shutil.copy(notebook_files / "10_divides_by_zero.ipynb", shop.study_file.parent / "notebooks")
    before = contents(shop.home / "runs")
    with pytest.raises(NotebookFailed, match="10_divides_by_zero failed in cell 3"):
        suite.run(shop)
    assert contents(shop.home / "runs") == before
    assert not (shop.home / ".staging").exists()
    said = last_run(shop)
    assert (said["state"], said["exit_code"]) == ("failed", 1)
    assert said["messages"][-1]["code"] == "notebook-failed"


def test_a_run_that_is_turned_away_writes_nothing(shop):
    before = contents(shop.out)
    with publishing.hold(shop.home), pytest.raises(AnotherRunHolds):
        suite.run(shop)
    assert contents(shop.out) == before


def test_a_full_disk_leaves_the_last_good_report(shop, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before, link = contents(shop.home / "runs"), os.readlink(shop.home / "latest")
    monkeypatch.setattr(manifest, "write", full)
    with pytest.raises(CouldNotPublish, match="No space left on device"):
        suite.run(replace(shop, only=("01",), force=True))
    assert contents(shop.home / "runs") == before
    assert os.readlink(shop.home / "latest") == link
    assert (last_run(shop)["state"], last_run(shop)["exit_code"]) == ("failed", 5)
    assert not (shop.home / ".staging").exists()


def test_a_report_that_lost_a_file_on_its_way_is_not_the_latest(shop, monkeypatch):
    link = os.readlink(shop.home / "latest")
    monkeypatch.setattr(manifest, "verifies", lambda run: False)
    with pytest.raises(CouldNotPublish, match="the disk has lost something"):
        suite.run(replace(shop, only=("01",)))
    assert os.readlink(shop.home / "latest") == link
