"""Two reports of one study: the second says what has changed, and whether the first was right."""

import json
import shutil

import pytest

from clv.runs import manifest, suite
from clv.runs.orders import Request

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reports(tmp_path_factory, notebook_files):
    """The sample of the papers, half a year before its end and at its end, 39 weeks ahead."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "notebooks").mkdir()
    shutil.copy(notebook_files / "20_says_what_all_are_worth.ipynb", folder / "notebooks")
    study = folder / "study.yml"
    study.write_text("name: shop\ntransactions: cdnow-sample\nhorizon: 39W\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "code_hash", lambda: "code")
        runs = [
            suite.run(Request(study, {"as_of": day}, out=folder / "reports"))
            for day in ("1997-09-30", "1998-06-30")
        ]
        again = suite.run(Request(study, {"as_of": "1998-06-30"}, out=folder / "reports"))
    return folder / "reports" / "shop", *runs, again


def results(outcome) -> dict:
    return json.loads((outcome.run / "results.json").read_text(encoding="utf-8"))


def test_the_first_has_nothing_to_lead_from_and_leaves_its_models(reports):
    _, first, _, _ = reports
    assert (results(first)["bridge"], results(first)["forecasts"]) == (None, [])
    models = sorted((first.run / "models").iterdir())
    assert [path.name for path in models] == ["model.json", "purchases.json", "spend.json"]
    assert {path.stat().st_mode & 0o777 for path in models} == {0o640}


def test_the_second_says_part_by_part_what_has_changed(reports):
    _, first, second, _ = reports
    told = results(second)["bridge"]
    totals = [results(run)["headlines"][0]["value"] for run in (first, second)]
    assert [told["before"], told["after"]] == pytest.approx(totals)
    parts = round(sum(part["amount"] for part in told["parts"]), 2)
    assert parts == round(totals[1] - totals[0], 2)
    assert results(second)["compared_with"] == first.run.name


def test_its_page_shows_the_bridge_and_the_forecast(reports):
    _, _, second, _ = reports
    page = (second.run / "html" / "en" / "20_says_what_all_are_worth.html").read_text("utf-8")
    assert "Why the expected total moved" in page or "Step by step." in page
    assert "published total whose time is over" in page


def test_the_ledger_tells_whether_the_first_was_right(reports):
    home, first, second, _ = reports
    kept = json.loads((home / "ledger.json").read_text(encoding="utf-8"))["forecasts"]
    told, own = kept
    assert (told["run_id"], own["run_id"]) == (first.run.name, second.run.name)
    assert (told["until"], told["over"], told["told_by"]) == (
        "1998-06-30", True, second.run.name
    )  # fmt: skip
    assert told["inside"] is (told["low"] <= told["came"] <= told["high"])
    assert "came" not in own


def test_the_manifest_names_what_it_stands_on(reports):
    _, _, second, _ = reports
    made = manifest.read(second.run)
    assert made["input_sizes"].keys() == made["inputs"].keys()
    assert made["forecasts"]
    assert made["estimates"]["purchases"]["converged"]
    assert isinstance(made["alerts"], list)
    assert manifest.verifies(second.run)


def test_what_it_has_kept_changes_nothing_about_a_repeat(reports):
    _, _, second, again = reports
    assert not again.anew
    assert again.run == second.run


def test_the_index_tells_it_too(reports):
    home, _, _, _ = reports
    index = (home.parent / "index.html").read_text(encoding="utf-8")
    assert "Why the expected total moved since September 30, 1997" in index
    assert "published total held" in index
