from datetime import date, datetime

import pyarrow as pa

from clv.tables import engine
from clv.tables.optional import catalogue, knowledge

LEADS = catalogue.layout("leads")
DEALS = catalogue.layout("opportunities")
DAY = date(2024, 6, 30)
BEFORE, AFTER = datetime(2024, 6, 30, 23, 59), datetime(2024, 7, 1)


def table(**columns):
    return engine.of_arrow(engine.connect(), "rows", pa.table(columns))


def values(rows, name):
    return rows.to_pyarrow()[name].to_pylist()


def test_a_row_is_later_if_it_happened_or_became_known_later():
    never = pa.array([None, None, AFTER], pa.timestamp("us"))
    rows = table(created_at=[BEFORE, AFTER, BEFORE], known_at=never)
    assert values(rows.select(later=knowledge.later(rows, LEADS, DAY)), "later") == [
        False,
        True,
        True,
    ]


def test_later_days_and_what_they_date_are_hidden():
    rows = table(
        created_at=[BEFORE] * 2, status=["new", "won"], status_at=[BEFORE, AFTER], source=["ad"] * 2
    )
    seen = knowledge.hidden(rows, LEADS, DAY)
    assert values(seen, "status") == ["new", None]
    assert values(seen, "status_at") == [BEFORE, None]
    assert values(seen, "source") == ["ad", "ad"]


def test_the_first_day_that_is_there_dates_a_value():
    rows = table(
        lost_reason=["price", "time"],
        disqualified_at=pa.array([AFTER, None], pa.timestamp("us")),
        status_at=[BEFORE, BEFORE],
    )
    assert values(knowledge.hidden(rows, LEADS, DAY), "lost_reason") == [None, "time"]


def test_hiding_twice_is_hiding_once():
    rows = table(
        closed_at=pa.array([BEFORE, AFTER, None, None], pa.timestamp("us")),
        outcome=["won", "lost", "open", "won"],
    )
    once = knowledge.hidden(rows, DEALS, DAY)
    assert values(once, "outcome") == ["won", "open", "open", None]
    twice = knowledge.hidden(once, DEALS, DAY)
    assert twice.to_pyarrow().equals(once.to_pyarrow())


def test_columns_without_any_day_are_named_unless_rows_have_theirs():
    assert knowledge.undated(LEADS, ["lead_id", "status", "score", "scored_at"]) == ["status"]
    assert knowledge.undated(LEADS, ["lead_id", "status", "known_at"]) == []
    assert "`status_at` or `known_at`" in knowledge.left_out("status", LEADS, DAY).text


def test_values_without_a_day_are_counted():
    rows = table(
        status=["new", "won", None], status_at=pa.array([None, BEFORE, None], pa.timestamp("us"))
    )
    (message,) = knowledge.without_a_day(knowledge.marked(rows, LEADS))
    assert message.text == "In 1 row `status` is left out: nothing says since when it holds."


def test_the_newest_state_is_the_one_that_became_known_last():
    known = pa.array([None, BEFORE, AFTER], pa.timestamp("us"))
    rows = table(lead_id=["L"] * 3, status=["a", "b", "c"], known_at=known)
    assert values(knowledge.newest(rows, LEADS), "status") == ["c"]
