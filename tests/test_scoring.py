import re
from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest

import clv
from clv import scoring
from clv.customers import choice, rolling
from clv.customers.hindsight import hindsight
from clv.errors import DidNotConverge, TooLittleToModel


@pytest.fixture(scope="module")
def log():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="module")
def scored(log):
    return scoring.score(log)


def test_every_customer_is_valued_segmented_and_staged(scored):
    wanted = ["frequency", "total_spend", "R", "F", "M", "segment", "stage", "clv"]
    assert scored.customers[wanted].notna().all(axis=None)
    assert len(scored.customers) == 2357


def test_the_model_is_named_with_its_reason(scored):
    assert scored.model["state"] == "fitted"
    assert scored.model["purchases"] in choice.MODELS
    assert "log score" in scored.model["reason"]


def test_stages_are_told_with_their_name_in_the_framework(scored):
    assert scored.customers["framework_stage"].cat.categories[0] == "lead"
    at_risk = scored.customers["stage"] == "at_risk"
    assert (at_risk == (scored.customers["badge"] == "at_risk")).all()
    assert (
        scored.life.stages()["stage"]
        .reindex(scored.customers.index)
        .equals(scored.customers["stage"])
    )


def test_stages_rest_on_tables_and_earlier_thresholds_where_they_are_given(
    log, scored, monkeypatch
):
    monkeypatch.setattr(scoring, "enough_to_model", refuse_all)
    loyal = scored.customers.query("stage == 'loyal'").index
    referrals = pd.DataFrame({"referrer_id": loyal, "created_at": "1998-06-01"})
    tables = clv.load_tables({"referrals": referrals}, log)
    how = {"thresholds": scored.life.thresholds, "tables": tables}
    told = scoring.score(log, **how, framework="hubspot").customers
    assert set(told.loc[loyal, "stage"]) == {"advocate"}
    assert set(told.loc[loyal, "framework_stage"]) == {"evangelist"}
    others = scored.customers.index.difference(loyal)
    assert told.loc[others, "stage"].equals(scored.customers.loc[others, "stage"])


def test_stages_rest_on_what_is_set_and_not_learned(log, monkeypatch):
    monkeypatch.setattr(scoring, "enough_to_model", refuse_all)
    told = scoring.score(log, settings={"churned_after": 30, "dormant_after": 20}, framework="")
    silent = told.customers["since_last"] >= 30
    assert (silent == (told.customers["stage"] == "churned")).all()
    assert "badge" not in told.customers


def refuse_all(customers):
    raise TooLittleToModel("Nothing is modelled here.")


@pytest.fixture
def few(monkeypatch):
    """Few earlier forecasts, where they are not what is tested."""
    monkeypatch.setattr(rolling, "MOST", 2)


def test_a_named_model_is_used(log, few):
    scored = scoring.score(log, model="bgnbd")
    assert isinstance(scored.purchases, clv.BetaGeoModel)


def test_too_little_data_still_gives_segments_and_stages(log):
    scored = scoring.score(log, as_of="1997-01-20")
    assert scored.model["state"] == "skipped"
    assert "repeat" in scored.model["reason"] or "more than one day" in scored.model["reason"]
    assert "clv" not in scored.customers
    assert scored.customers[["segment", "stage"]].notna().all(axis=None)
    with pytest.raises(TooLittleToModel, match=re.escape(scored.model["reason"])):
        scored.models  # noqa: B018 -- to ask for what is not there is the point


def test_the_purchases_that_the_model_of_spend_counts_are_named_with_their_reason(scored):
    assert scored.model["spend_basis"] == scored.spend.basis
    assert "log error" in scored.model["spend_reason"]


def test_a_named_basis_and_a_margin_are_used(log, few):
    told = scoring.score(log, spend_basis="repeat", margin=0.4)
    assert (told.spend.basis, told.spend_reason) == ("repeat", "named in the study")
    assert told.customers.attrs["value"] == "margin"


def test_earlier_forecasts_stand_beside_the_value(scored):
    days = rolling.origins(date(1997, 4, 2), date(1997, 6, 30))
    assert scored.rolling["made_on"].dt.date.tolist() == days
    row, used = scored.rolling.iloc[-1], scored.model
    days = row["made_on"], row["until"]
    told = hindsight(
        clv.load("cdnow-sample"), used["purchases"], *days, spend_basis=used["spend_basis"]
    )
    assert row["forecast"] == pytest.approx(told.revenue.expected)


def refused(name, monkeypatch):
    """Nothing of this name can be fitted, as far as scoring is concerned."""
    families = dict(choice.MODELS)

    class Refuses(families[name]):
        @classmethod
        def fit(cls, customers, *args, **kwargs):
            raise DidNotConverge("it ran to a bound")

    families[name] = Refuses
    monkeypatch.setattr(choice, "family", families.__getitem__)


def test_what_cannot_be_fitted_on_all_customers_gives_way_to_the_next_best(
    log, scored, few, monkeypatch
):
    refused(scored.model["purchases"], monkeypatch)
    again = scoring.score(log, spend_basis="repeat")
    scores = scored.comparison["choosing_score"].reindex([*choice.MODELS])
    best = scores.drop(scored.model["purchases"]).idxmax()
    assert again.model["purchases"] == best
    assert again.reason == (
        "the next best over the earlier origins: "
        f"{scored.model['purchases']} cannot be fitted on all customers"
    )


def test_what_was_named_does_not_give_way(log, few, monkeypatch):
    refused("bgnbd", monkeypatch)
    told = scoring.score(log, model="bgnbd")
    assert told.model == {"state": "skipped", "reason": "it ran to a bound"}
    assert told.rolling is None


@pytest.mark.parametrize("as_of", ["1998-06-30", "1997-01-20"])
def test_what_is_saved_is_read_back(log, few, tmp_path, as_of):
    scored = scoring.score(log, as_of=as_of)
    scored.save(tmp_path)
    again = scoring.read(tmp_path)
    pd.testing.assert_frame_equal(again.customers, scored.customers)
    assert again.customers.attrs == scored.customers.attrs
    assert again.model == scored.model
    assert again.purchases == scored.purchases
    assert again.spend == scored.spend
    if scored.rolling is None:
        assert again.rolling is None
    else:
        pd.testing.assert_frame_equal(again.rolling, scored.rolling)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["postgres", "spark"])
def test_a_study_is_scored_alike_wherever_its_purchases_stand(
    engine, request, tmp_path, monkeypatch, few
):
    address = request.getfixturevalue(engine)
    rows = clv.load("cdnow-sample").table.to_pyarrow()
    path = tmp_path / "purchases.parquet"
    pq.write_table(rows, path)
    source = {"spark": str(path)}
    if engine == "postgres":
        from psycopg import connect

        monkeypatch.setenv("SHOP_DSN", address)
        source = {"database": "env:SHOP_DSN", "table": "purchases"}
        with connect(address) as connection, connection.cursor() as cursor:
            kinds = "customer_id text, date date, amount double precision"
            cursor.execute(f"DROP TABLE IF EXISTS purchases; CREATE TABLE purchases ({kinds})")
            with cursor.copy("COPY purchases FROM STDIN") as lines:
                for row in rows.select(["customer_id", "date", "amount"]).to_pylist():
                    lines.write_row(row.values())
    terms = {"as_of": "1998-06-30", "zero_amounts": "purchase"}
    here, there = (scoring.score(clv.load(each, **terms)) for each in (path, source))
    pd.testing.assert_frame_equal(here.customers, there.customers, check_exact=True)
    pd.testing.assert_frame_equal(here.comparison, there.comparison, check_exact=True)
    assert here.model == there.model
