import numpy as np
import pandas as pd
import pytest

from clv.report import findings
from clv.report.cells import table
from clv.report.findings.data_words import Told
from clv.report.words import Words
from clv.stages.bottlenecks import REACHED, leads_to_prospects, prospects_to_customers
from clv.stages.obstacles import SILENCE

LEADS, PROSPECTS = leads_to_prospects(180), prospects_to_customers(120)


def groups(p, shares, names):
    table = pd.DataFrame({"share": shares, "entries": 100, "part": 1 / len(shares)}, index=names)
    table = table.assign(low=table["share"] - 0.01, high=table["share"] + 0.01)
    table.attrs = {"p": p}
    return table


def test_sources_that_differ_are_told_apart():
    found = findings.lead_sources(
        groups(0.001, [0.6, 0.5, 0.1], ["fair", "unknown", "web"]), days=90
    )
    assert str(found.headline) == (
        "It matters who comes in: within 90 days 60% (59% to 61%) of the leads from “Fair” get "
        "through, but only 10% (9.0% to 11%) of those from “Web”, which brings 33% of all leads."
    )
    assert found.severity == "watch"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (groups(0.5, [0.6, 0.1], ["fair", "web"]), "equally often"),
        (groups(np.nan, [0.6, 0.5], ["fair", "unknown"]), "fewer than two are known"),
    ],
)
def test_sources_that_do_not_differ_are_not(table, said):
    found = findings.lead_sources(table, days=90)
    assert said in str(found.headline)
    assert found.next_step is None


def calls(p=0.001, soon=0.6, never=0.3):
    response = groups(p, [soon, 0.4, never], ["same_day", "1-2_days", "none"]).assign(p=p)
    return pd.concat({"response": response}, names=["aspect", "group"])


def test_calls_that_matter_ask_for_a_trial():
    found = findings.lead_calls(calls())
    assert str(found.headline) == (
        "It matters how they are treated: of leads still open after 7 days, 60% (59% to 61%) get "
        "through if called on the first day and 30% (29% to 31%) if not called in the first 7 days."
    )
    assert "drawn by lot" in str(found.next_step)


@pytest.mark.parametrize("table", [calls(p=0.4), calls(soon=0.2), calls(p=np.nan)])
def test_calls_that_do_not_matter_ask_for_nothing(table):
    found = findings.lead_calls(table)
    assert "no more often than the others" in str(found.headline)
    assert found.next_step is None


def test_without_calls_nothing_is_said_of_them():
    assert "is not known" in str(findings.lead_calls(calls().iloc[2:]).headline)
    empty = pd.DataFrame(
        columns=["entries", "part", "share", "low", "high", "p"],
        index=pd.MultiIndex.from_arrays([[], []]),
    )
    assert "is not known" in str(findings.lead_calls(empty).headline)


def pareto(*losses):
    reasons = ["price", "no_need", "timing", "other_reason"][: len(losses)]
    table = pd.DataFrame(
        {"losses": losses, "worth": np.nan}, index=pd.Index(reasons, name="reason")
    )
    part = table["losses"] / table["losses"].sum()
    return table.assign(part=part, cumulative=part.cumsum())


def test_the_first_reasons_are_summed_up():
    incidence = pd.DataFrame({"share": [0.2]}, index=["price"])
    found = findings.loss_reasons(pareto(50, 30, 15, 5), incidence, LEADS)
    assert str(found.headline) == (
        "Of 100 leads that were given up, 50% were lost for the reason “Price”; the first 3 "
        "reasons make up 95%."
    )
    assert found.evidence.loc[Told("price"), "share"] == 0.2
    assert found.evidence["share"].isna().tolist() == [False, True, True, True]


def test_reasons_of_a_few_are_not_counted_out():
    incidence = pd.DataFrame({"share": []}, dtype=float)
    assert "Too few" in str(findings.loss_reasons(pareto(4, 3), incidence, LEADS).headline)
    assert "No lead" in str(findings.loss_reasons(pareto(), incidence, LEADS).headline)


def gap(high):
    table = pd.DataFrame(
        {
            "share": [0.1, 0.5, 0.4],
            "elsewhere": [0.5, 0.3, 0.2],
            "part": [np.nan, -0.25, -0.15],
            "low": [np.nan, -0.3, -0.2],
            "high": [np.nan, high, -0.1],
        },
        index=[REACHED, "no_need", SILENCE],
    )
    found = {"web": table, "fair": table.assign(share=table["elsewhere"], elsewhere=table["share"])}
    return pd.concat(found, names=["group", "outcome"])


def test_the_source_that_falls_behind_is_named_with_what_stands_in_its_way():
    found = findings.channel_gap(gap(-0.2))
    assert str(found.headline) == (
        "Leads from “Web” get through in 10% of cases, all others in 50%: 40 points less, of which "
        "“No need” accounts for 25."
    )
    assert str(found.next_step) == "Begin with “No need” among leads from “Web”."
    assert findings.channel_gap(gap(0.01)).next_step is None


def test_without_sources_there_is_no_gap():
    found = findings.channel_gap(gap(0).iloc[:0])
    assert "fewer than two are known" in str(found.headline)


def test_reasons_of_prospects_are_told_of_prospects():
    incidence = pd.DataFrame({"share": [0.1]}, index=["price"])
    found = findings.loss_reasons(pareto(50, 30), incidence, PROSPECTS)
    assert "80 prospects that were given up" in str(found.headline)
    heads = [column["label"] for column in table(found.evidence, Words.of("en"))["columns"]]
    assert heads[1] == "Prospects"
    assert heads[-1] == "Lost for it within 120 days"  # and no plain share of all prospects
