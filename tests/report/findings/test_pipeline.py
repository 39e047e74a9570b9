import numpy as np
import pandas as pd
import pytest

from clv.report import findings
from clv.report.findings.pipeline import Told
from clv.report.words import Label, Words
from clv.stages.bottlenecks import REACHED
from clv.stages.obstacles import SILENCE


def judged(verdict, share=0.13, entries=900, index=(0,)):
    return pd.DataFrame(
        {
            "state": "lead",
            "reaches": "prospect",
            "expected": 0.2,
            "days": 180,
            "entries": entries,
            "mature": entries,
            "share": share,
            "low": share - 0.02,
            "high": share + 0.02,
            "verdict": verdict,
        },
        index=list(index),
    )


NO_GROUPS = judged("ok").iloc[:0]


@pytest.mark.parametrize(
    ("verdict", "said", "severity"),
    [
        ("bottleneck", "Leads get stuck: 13% (11% to 15%) of them", "act"),
        ("ok", "Leads as a whole do not get stuck", "good"),
        ("cannot_tell", "Whether leads get stuck cannot be told yet", "info"),
        ("not_enough_data", "Too few leads to judge: 900 came 180 days ago or more", "info"),
    ],
)
def test_a_verdict_on_leads_is_said_with_its_interval(verdict, said, severity):
    found = findings.bottleneck(judged(verdict), NO_GROUPS)
    assert str(found.headline).startswith(said)
    assert found.severity == severity


def test_a_source_that_gets_stuck_is_named_though_leads_as_a_whole_do_not():
    groups = judged("bottleneck", index=["paid_ads"])
    found = findings.bottleneck(judged("ok", share=0.5), groups)
    assert str(found.headline) == (
        "Leads from “Paid ads” get stuck: 13% (11% to 15%) of them become prospects or buy within "
        "180 days, where 20% was expected; of all leads it is 50% (48% to 52%)."
    )
    assert str(found.next_step) == (
        "Find out why leads from “Paid ads” get stuck before more is spent there."
    )
    assert found.severity == "act"
    assert found.evidence.index.tolist() == [Label("all"), Told("paid_ads")]


def test_without_leads_the_page_says_what_would_show_it():
    found = findings.bottleneck(judged("not_enough_data", entries=0), NO_GROUPS)
    assert "hold no leads" in str(found.headline)
    assert "Add a table of leads" in str(found.next_step)
    assert found.evidence.empty


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
    assert "60% (59% to 61%) get through if called on the first day and 30%" in str(found.headline)
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
    found = findings.loss_reasons(pareto(50, 30, 15, 5), incidence)
    assert str(found.headline) == (
        "Of 100 leads that were given up, 50% were lost for the reason “Price”; the first 3 "
        "reasons make up 95%."
    )
    assert found.evidence.loc[Told("price"), "share"] == 0.2
    assert found.evidence["share"].isna().tolist() == [False, True, True, True]


def test_reasons_of_a_few_are_not_counted_out():
    incidence = pd.DataFrame({"share": []}, dtype=float)
    assert "Too few" in str(findings.loss_reasons(pareto(4, 3), incidence).headline)
    assert "No lead" in str(findings.loss_reasons(pareto(), incidence).headline)


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
    found = findings.loss_reasons(pareto(50, 30), incidence, "prospect")
    assert "80 prospects that were given up" in str(found.headline)
    assert found.evidence.attrs["labels"]["share"] == "share_of_prospects"


def test_words_of_the_data_are_not_translated_though_they_look_like_ours():
    found = findings.bottleneck(judged("ok", share=0.5), judged("bottleneck", index=["referral"]))
    assert "“Referral”" in found.headline.render(Words.of("tr"))
    silent = findings.loss_reasons(
        pareto(50, 30).set_axis(["silence", SILENCE]), pd.DataFrame({"share": [0.2, 0.1]})
    )
    assert silent.evidence.index.tolist() == [Told("silence"), Label("silence")]
    assert silent.evidence.index[0].render(Words.of("tr")) == "Silence"
    assert silent.evidence.index[1].render(Words.of("tr")) != "Silence"


def test_who_is_no_lead_is_left_out_aloud():
    found = findings.bottleneck(judged("ok", share=0.42), NO_GROUPS, 760)
    assert str(found.headline).endswith(
        "where 20% was expected. Left out are 760 who have a customer record from before they "
        "bought, but no lead."
    )
