import pandas as pd
import pytest

from clv.report import findings


def by_stage(dormant=0, churned=0):
    """Where frequent buyers who have gone quiet stand."""
    index = pd.Index(["at_risk", "cant_lose"], name="segment")
    columns = pd.Index(["dormant", "churned"], name="stage")
    return pd.DataFrame([[dormant, churned], [0, 0]], index=index, columns=columns)


@pytest.mark.parametrize(
    ("customers", "spend", "said", "severity"),
    [
        ((0, 0), (0, 0), "No frequent buyer has gone quiet.", "good"),
        ((3, 1), (3, 2), "Hardly any frequent buyer has gone quiet.", "good"),
        ((4, 1), (1, 0), "5 customers who used to buy often have gone quiet; 1.0% of", "info"),
        ((5, 1), (3, 2), "6 customers who used to buy often have gone quiet; 5.0% of", "watch"),
        ((3, 9), (5, 5), "12 customers who used to buy often have gone quiet; 10% of", "act"),
    ],
)
def test_frequent_buyers_who_went_quiet_are_counted_and_judged(customers, spend, said, severity):
    table = pd.DataFrame(
        {"customers": [*customers, 50], "total_spend": [*spend, 100 - sum(spend)]},
        index=["at_risk", "cant_lose", "champions"],
    )
    found = findings.segment_attention(table, by_stage())
    assert str(found.headline).startswith(said)
    assert found.severity == severity


def test_segments_without_customers_raise_no_alarm():
    empty = pd.DataFrame({"customers": [], "total_spend": []})
    assert findings.segment_attention(empty, by_stage()).severity == "good"


@pytest.mark.parametrize(
    ("churned", "step", "severity"),
    [
        (0, "Win them back now, those who bought most often first.", "act"),
        (3, "Win back now those who have not churned, who bought most often first.", "act"),
        (112, "Win back now the 70 of them who have not churned, who bought most often", "act"),
        (180, "Take them off paid campaigns: nearly all of them have churned.", "watch"),
        (182, "Take them off paid campaigns: nearly all of them have churned.", "watch"),
    ],
)
def test_nobody_is_won_back_who_has_churned(churned, step, severity):
    table = pd.DataFrame(
        {"customers": [182, 50], "total_spend": [50.0, 50.0]}, index=["at_risk", "champions"]
    )
    found = findings.segment_attention(table, by_stage(182 - churned, churned))
    assert str(found.next_step).startswith(step)
    assert found.severity == severity


def test_how_many_have_churned_is_not_told_where_the_crosstab_hides_it():
    table = pd.DataFrame(
        {"customers": [182, 43], "total_spend": [50.0, 50.0]}, index=["at_risk", "hibernating"]
    )
    stages = by_stage(70, 112)
    stages.loc["hibernating"] = [40, 3]
    found = findings.segment_attention(table, stages)
    assert str(found.next_step) == (
        "Win back now those who have not churned, who bought most often first."
    )


# Champions ----------------------------------------------------------------------------------


def segments(champions, others):
    index = pd.Index(["champions", "hibernating"], name="segment")
    columns = ["customers", "total_spend"]
    return pd.DataFrame([champions, others], index=index, columns=columns)


@pytest.mark.parametrize(
    ("best", "said"),
    [
        ((10, 450.0), "10 champions, 10% of all customers, have brought 45% of all revenue."),
        ((4, 450.0), "Hardly any customer is a champion yet."),
        ((0, 0.0), "No customer is a champion yet."),
    ],
)
def test_champions_are_counted_with_what_they_have_brought(best, said):
    found = findings.champions(segments(best, (90, 550.0)))
    assert str(found.headline) == said


# Moves --------------------------------------------------------------------------------------


def moved(rows, columns=("champions", "need_attention", "hibernating")):
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(columns))
    table.attrs["start"] = "2024-06-30"
    return table


def test_who_slipped_and_who_came_up_is_counted_by_how_lately_they_bought():
    found = findings.segment_moves(
        moved(
            {
                "not_yet": [40, 0, 0],
                "champions": [90, 20, 9],
                "need_attention": [8, 50, 30],
                "hibernating": [7, 0, 900],
            }
        )
    )
    assert str(found.headline) == (
        "Of 1,114 customers of June 30, 2024, 59 have slipped and 15 have come up since; 40 are "
        "new."
    )
    assert found.severity == "act"
    assert str(found.next_step) == (
        "Look first at the largest slip: 30 customers from Need attention to Hibernating."
    )
    assert found.evidence["customers"].tolist() == [30, 20, 9, 8, 7]


def test_a_base_that_comes_up_asks_for_nothing():
    found = findings.segment_moves(moved({"champions": [9, 0, 0], "hibernating": [20, 0, 9]}))
    assert (found.severity, found.next_step) == ("good", None)


def test_a_slip_of_a_few_is_not_pointed_at():
    found = findings.segment_moves(moved({"champions": [90, 0, 3]}))
    assert "<5 have slipped" in str(found.headline)
    assert found.next_step is None
    assert found.evidence.empty


def test_no_cell_that_the_crosstab_hides_is_told_beside_it():
    found = findings.segment_moves(
        moved(
            {"champions": [900, 3, 70], "need_attention": [20, 41, 60], "hibernating": [30, 50, 80]}
        )
    )
    assert found.evidence["customers"].tolist() == [50, 30, 20]  # and neither 70 nor 60
    assert found.severity == "watch"
    assert found.next_step is None  # the 70 are the largest slip


def test_where_nobody_stood_nobody_moved():
    found = findings.segment_moves(moved({"not_yet": [40, 0, 0]}))
    assert str(found.headline) == "There are no customers to follow yet."


# RFM and the lifecycle ----------------------------------------------------------------------


def crossed(champions, hibernating):
    index = pd.Index(["champions", "hibernating"], name="segment")
    columns = pd.Index(["active", "churned"], name="stage")
    return pd.DataFrame([champions, hibernating], index=index, columns=columns)


def test_where_the_two_views_agree_there_is_nothing_to_decide():
    found = findings.segment_stages(crossed([50, 0], [0, 90]))
    assert str(found.headline) == "Wherever RFM takes a side, the lifecycle says the same."
    assert found.severity == "good"


def test_where_rfm_takes_no_side_nothing_is_compared():
    found = findings.segment_stages(
        pd.DataFrame({"active": [9], "churned": [40]}, index=pd.Index(["need_attention"]))
    )
    assert str(found.headline) == "There is no customer on whom RFM takes a side."
    assert found.severity == "info"


@pytest.mark.parametrize(
    ("matrix", "said", "advice"),
    [
        (
            crossed([50, 30], [10, 110]),
            "RFM takes a side on 200 customers, and the lifecycle says the same of 80% of them. "
            "But 30 whom RFM still calls recent have been silent for longer than customers like "
            "them usually are, and 10 whom it calls quiet are within",
            "write to those who are overdue",
        ),
        (
            crossed([50, 30], [0, 120]),
            "But 30 whom RFM still calls recent have been silent for longer than customers like "
            "them usually are.",
            "write to those who are overdue",
        ),
        (
            crossed([50, 0], [20, 130]),
            "But 20 whom RFM calls quiet are within their usual rhythm.",
            "spare those in their rhythm",
        ),
    ],
)
def test_where_they_disagree_both_sides_are_counted_and_the_stage_is_followed(matrix, said, advice):
    found = findings.segment_stages(matrix)
    assert said in str(found.headline)
    assert advice in str(found.next_step)
    assert found.severity == "watch"
