import pandas as pd
import pytest

import clv
from clv.errors import BadParameter, SourceUnreadable, UsageError


def test_purchases_that_were_not_loaded_are_refused_by_name():
    rows = pd.DataFrame({"customer_id": ["a"], "date": ["2024-01-05"], "amount": [1.0]})
    with pytest.raises(BadParameter, match=r"`clv\.load\(…\)` returns them; got a DataFrame"):
        clv.lifecycle(rows)


@pytest.mark.parametrize(
    ("tables", "got"),
    [
        ({"leads": pd.DataFrame({"lead_id": ["a"]})}, "got a dict of DataFrame"),
        ({"leads": "leads.csv"}, "got a dict of str"),
        ("leads.csv", "got a str"),
    ],
)
def test_tables_that_were_not_loaded_are_refused_by_name(cdnow_sample, tables, got):
    with pytest.raises(BadParameter, match=rf"`clv\.load_tables\(.*\)` returns them; {got}"):
        clv.lifecycle(cdnow_sample, tables=tables)


def test_thresholds_are_a_file_or_those_of_a_lifecycle(cdnow_sample, tmp_path):
    with pytest.raises(BadParameter, match=r"or `life\.thresholds`; got a dict of int"):
        clv.lifecycle(cdnow_sample, thresholds={"a": 1})
    with pytest.raises(SourceUnreadable, match=r"none\.json cannot be read: No such file"):
        clv.lifecycle(cdnow_sample, thresholds=tmp_path / "none.json")


def test_a_framework_that_is_no_text_is_no_framework(cdnow_sample):
    with pytest.raises(BadParameter, match="`framework` must be one of"):
        clv.lifecycle(cdnow_sample, framework=3)


def test_expectations_that_are_none_are_refused_by_name(cdnow_sample):
    life = clv.lifecycle(cdnow_sample)
    for wrong in ([("lead", "prospect", 0.2, 90)], {"lead": 0.2}, 3):
        with pytest.raises(UsageError, match="`expectations` must be a list of `Expectation"):
            life.bottlenecks(wrong)
