from datetime import date

import pandas as pd
import pytest

from clv.errors import TableBroken
from clv.tables import contracts
from clv.tables.optional import catalogue, keys, kinds

TICKETS = catalogue.layout("support_tickets")
SOUND = {
    "ticket_id": ["1"],
    "customer_id": ["a"],
    "created_at": pd.to_datetime(["2024-01-05"]),
    "closed_at": pd.to_datetime(["2024-01-05"]),
    "csat": [5.0],
}


def check(**changed):
    frame = pd.DataFrame(SOUND | changed)
    return contracts.check(frame, TICKETS.contract("support_tickets", frame.columns))


def test_the_contract_holds_for_sound_rows_and_for_those_with_gaps():
    assert len(check()) == 1
    assert len(check(csat=[None], closed_at=[pd.NaT])) == 1


@pytest.mark.parametrize(
    ("column", "values", "sentence"),
    [
        ("csat", [6.0], "csat is in order"),
        ("customer_id", [None], "customer_id is known"),
        ("closed_at", pd.to_datetime(["2024-01-04"]), "closed_at is not before created_at"),
    ],
)
def test_a_broken_contract_names_the_sentence_that_does_not_hold(column, values, sentence):
    with pytest.raises(TableBroken, match=f"The support_tickets table breaks `{sentence}`"):
        check(**{column: values})


def test_rules_are_only_about_columns_that_are_there():
    rules = TICKETS.judges(["ticket_id", "customer_id", "created_at"], None)
    assert {rule.column for rule in rules} == {"ticket_id", "customer_id", "created_at"}


def test_days_that_are_set_before_they_come_may_lie_in_the_future():
    layout = catalogue.layout("experiments")
    codes = {rule.code for rule in layout.judges(list(layout.columns), date(2024, 6, 30))}
    assert "assigned-at-in-the-future" in codes
    assert "outcome-until-in-the-future" not in codes


@pytest.mark.parametrize("name", catalogue.LAYOUTS)
def test_no_rule_about_an_id_has_its_value_told(name):
    layout = catalogue.layout(name)
    rules = (
        *layout.judges(list(layout.columns), date(2024, 1, 1)),
        *keys.rules(layout, layout.columns),
    )
    ids = {n for n, column in layout.columns.items() if column.kind is kinds.ID}
    assert ids or name in ("marketing_costs", "targets")
    assert [
        r for r in rules if r.column in ids and r.quoted and not r.code.endswith("-missing")
    ] == []
