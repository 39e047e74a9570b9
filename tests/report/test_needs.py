from clv.report import needs
from clv.report.words import Words
from clv.stages import bottlenecks
from clv.study_sources import TABLES
from clv.tables.optional import observable

EN = Words.of("en")


def told(seen) -> dict[str, str]:
    table = needs.missing(seen)
    return {
        what.render(EN): way.render(EN)
        for what, way in table[["not_observable", "needs"]].itertuples(index=False)
    }


def test_with_purchases_alone_every_other_table_is_asked_for():
    said = told(observable.table({}))
    assert said["Reached"] == "Touchpoints"
    assert said["Lead"] == "Leads, or Customer records with the day of registration"
    assert said["Health of each customer"] == "Support tickets and Payments"
    assert "Active" not in said
    assert "Lifetime value" not in said


def test_what_can_be_seen_is_not_asked_for():
    seen = observable.table({}, margin=True)
    assert "Margin" not in told(seen)["Time until that cost is earned back"]
    assert needs.missing(seen.assign(observable=True)).empty


def test_every_column_that_is_needed_has_a_name():
    parts = {part for need in observable.NEEDS for way in need.ways for part in way if "." in part}
    ways = ", or ".join(way for both in bottlenecks.NEEDS.values() for way in both).split(", or ")
    assert parts | {way for way in ways if "." in way} == needs.OF_TABLES.keys()


def test_what_would_show_a_bottleneck_is_said_in_words():
    assert needs.needed(bottlenecks.NEEDS["prospect"][0]).render(EN) == (
        "Opportunities, or Leads with the day on which they qualified"
    )


def test_every_table_and_every_measure_has_a_name():
    assert set(TABLES) <= needs.TABLES.keys()
    measures = {need.what for need in observable.NEEDS if need.kind == "measure"}
    assert measures == needs.MEASURES.keys()
