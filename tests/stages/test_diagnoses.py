import numpy as np
import pandas as pd
import pytest

from clv.stages.bottlenecks import leads_to_prospects
from clv.stages.diagnoses import process, quality

LEADS = leads_to_prospects(180)


def leads(prefix, won, lost, day=20):
    won = {f"{prefix}{n}": [("lead", 0), ("prospect", day, "opportunity")] for n in range(won)}
    return won | {
        f"{prefix}lost{n}": [("lead", 0), ("lost_lead", 180, "silence")] for n in range(lost)
    }


def named(histories, *prefixes):
    """The prefix of each customer that has one of these."""
    first = {c: p for c in histories for p in prefixes if c.startswith(p)}
    return pd.Series(first, dtype="str")


def test_sources_that_bring_other_leads_are_told_apart(spells_of, on):
    histories = leads("fair", 60, 40) | leads("advert", 20, 180) | leads("none", 4, 1)
    table = quality(spells_of(histories), on(400), LEADS, named(histories, "fair", "advert"))
    assert table.index.tolist() == ["other", "fair", "advert"]
    assert table.loc["fair", ["entries", "share"]].tolist() == [100, pytest.approx(0.6)]
    assert table.loc["other", "entries"] == 5  # too few to stand alone
    assert table["part"].sum() == pytest.approx(1)
    assert table.attrs["p"] < 1e-6
    assert table.attrs.keys() == {"p"}


def test_sources_that_bring_the_same_leads_are_not(spells_of, on):
    histories = leads("fair", 30, 70) | leads("advert", 61, 139)
    table = quality(spells_of(histories), on(400), LEADS, named(histories, "fair", "advert"))
    assert table.attrs["p"] > 0.5


def test_one_source_has_none_to_be_compared_with(spells_of, on):
    histories = leads("fair", 30, 70)
    assert np.isnan(
        quality(spells_of(histories), on(400), LEADS, named(histories, "fair")).attrs["p"]
    )


def test_without_leads_there_is_nothing_to_tell(spells_of, on):
    spells = spells_of({"a": [("onboarding", 0)]})
    table = quality(spells, on(9), LEADS, pd.Series({"a": "fair"}))
    assert table.empty
    assert np.isnan(table.attrs["p"])
    contacts = pd.DataFrame({"customer_id": ["a"], "date": [pd.Timestamp(on(0))]})
    assert process(spells, on(9), LEADS, contacts).empty


def test_the_first_week_is_judged_among_those_still_open_after_it(spells_of, on):
    histories = leads("called", 30, 30) | leads("left", 10, 60) | leads("quick", 25, 0, day=7)
    days = {"called": [0, 3, 9], "left": [8]}  # what comes after day 7 cannot have been its cause
    rows = [
        (customer, pd.Timestamp(on(day)))
        for customer in histories
        for prefix, called in days.items()
        if customer.startswith(prefix)
        for day in called
    ]
    contacts = pd.DataFrame(rows, columns=["customer_id", "date"])
    table = process(spells_of(histories), on(400), LEADS, contacts)
    assert table.index.tolist() == [
        ("response", "same_day"),
        ("response", "none"),
        ("contacts", "0"),
        ("contacts", "2-3"),
    ]
    assert table["entries"].tolist() == [60, 70, 70, 60]  # without the 25 of day 7
    assert table["share"].tolist() == pytest.approx([0.5, 1 / 7, 1 / 7, 0.5])
    assert (table["p"] < 1e-3).all()


def test_a_second_spell_as_a_lead_has_a_first_week_of_its_own(spells_of, on):
    histories = {"a": [("lead", 0), ("lost_lead", 60, "silence"), ("lead", 100, "touch")],
                 "b": [("lead", 0)]}  # fmt: skip
    contacts = pd.DataFrame({"customer_id": ["a", "b"], "date": [on(101), on(5)]})
    contacts["date"] = pd.to_datetime(contacts["date"])
    table = process(spells_of(histories), on(150), LEADS, contacts)["entries"]
    assert table["response"].to_dict() == {"1-2_days": 1, "3-7_days": 1, "none": 1}
    assert table["contacts"].to_dict() == {"0": 1, "1": 2}
