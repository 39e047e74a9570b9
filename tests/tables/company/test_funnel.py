import numpy as np
import pandas as pd
import pytest

from clv.tables.company import funnel
from clv.tables.company.world import LAST, NEVER


def followed(start, days):
    """Who can be followed for so long."""
    return start <= LAST - days


def within(start, stop, days):
    return stop - start <= days


def test_plain_counting_finds_the_share_of_leads_that_are_qualified(lived, near):
    leads = lived.funnel
    p = funnel.chances(lived.world, leads)["p_qualified"].to_numpy()
    for source in lived.world.sources:
        own = (leads.source == source) & followed(leads.created, 180)
        assert near(within(leads.created, leads.qualified, 180)[own], p[own]), source


def test_plain_counting_finds_the_later_steps(lived, near):
    leads = lived.funnel
    moves = funnel.moves(lived.world, leads).set_index(["step", "group"])["probability"]
    own = followed(leads.qualified, 30)
    assert near(within(leads.qualified, leads.opened, 30)[own], moves["opportunity", "all"])
    for segment in lived.world.segments:
        own = (leads.segment == segment) & followed(leads.opened, 90)
        assert near(within(leads.opened, leads.won, 90)[own], moves["won", segment]), segment


def test_the_rate_of_each_loss_is_that_of_events_over_days(lived):
    leads, rates = lived.funnel, funnel.loss_reasons(lived.world)
    closed = np.minimum(leads.won, leads.lost)
    there = leads.opened < NEVER
    for segment, reasons in rates.iterrows():
        own = there & (leads.segment == segment)
        days = (closed - leads.opened)[own].sum()
        for reason, rate in reasons.items():
            events = (own & (leads.lost < NEVER) & (leads.reason == reason)).sum()
            # Whole days, the last counted in full, are half a day too many for each exit.
            expected = rate * (days - own.sum() / 2)
            assert abs(events - expected) < 4 * np.sqrt(expected), (segment, reason)


def test_one_source_is_a_bottleneck_because_its_leads_wait(lived, near):
    leads, p = lived.funnel, funnel.chances(lived.world, lived.funnel)["p_qualified"]
    share = p.groupby(leads.source).mean()
    assert share.index[share < 0.2].tolist() == ["paid_ads"]
    soon = leads.response < 2  # whoever is called at once is as likely from there as from elsewhere
    own, others = (p[soon & (leads.source == "paid_ads")], p[soon & (leads.source != "paid_ads")])
    assert own.mean() == pytest.approx(others.mean(), abs=0.08)


def test_nothing_happens_before_its_time(lived):
    leads = lived.funnel
    for earlier, later in (
        (leads.created, leads.qualified),
        (leads.created, leads.dropped),
        (leads.qualified, leads.opened),
        (leads.opened, leads.won),
        (leads.opened, leads.lost),
    ):
        assert (later[later < NEVER] > earlier[later < NEVER]).all()
    assert (leads.won[leads.lost < NEVER] == NEVER).all()
    assert (leads.opened[leads.dropped < NEVER] == NEVER).all()


def test_whom_nobody_called_stays_where_they_are(lived):
    silent = np.isinf(lived.funnel.response)
    assert silent.any()
    for day in (lived.funnel.qualified, lived.funnel.dropped):
        assert (day[silent] == NEVER).all()


def test_the_longer_a_lead_waits_the_lower_its_rate(lived):
    rates = funnel.qualifying(lived.world, np.ones(4), np.array([0.0, 3.0, 30.0, np.inf]))
    assert rates[1] == pytest.approx(rates[0] / 2)
    assert (np.diff(rates) < 0).all()
    assert rates[-1] == 0


def test_a_lead_has_the_last_status_that_is_known(invented):
    leads = invented.tables["leads"].set_index("lead_id")
    deals = invented.tables["opportunities"].set_index("lead_id")
    won = deals.index[deals["outcome"] == "won"]
    assert (leads.loc[won, "status"] == "converted").all()
    assert (leads.loc[won, "status_at"] == deals.loc[won, "closed_at"]).all()
    dropped = leads["status"] == "disqualified"
    assert (leads["disqualified_at"].notna() == dropped).all()
    assert leads["lost_reason"].notna().equals(leads["status"].isin(["disqualified", "lost"]))
    assert set(leads["status"]) >= {"new", "contacted", "qualified", "opportunity"}


def test_the_score_tells_something_of_a_leads_chance(invented):
    score = invented.tables["leads"].set_index("lead_id")["score"]
    assert score.corr(invented.truth.leads["interest"], method="spearman") > 0.5


def test_an_opportunity_passes_its_stages_in_order(invented):
    steps, deals = invented.tables["stage_history"], invented.tables["opportunities"]
    by = steps.groupby("opportunity_id")
    deals = deals.set_index("opportunity_id")
    assert by["entered_at"].apply(lambda day: day.is_monotonic_increasing).all()
    assert (by["stage"].first() == "discovery").all()
    assert by["entered_at"].first().equals(deals["created_at"].rename("entered_at"))
    over = deals[deals["outcome"] != "open"]
    assert (by["stage"].last()[over.index] == over["outcome"]).all()
    assert pd.Series(by["entered_at"].last()[over.index]).equals(
        over["closed_at"].rename("entered_at")
    )
