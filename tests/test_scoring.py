import pandas as pd
import pytest

import clv
from clv import scoring


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
    assert scored.model["purchases"] in ("bgnbd", "mbgnbd")
    assert "log score" in scored.model["reason"]


def test_a_named_model_is_used(log):
    scored = scoring.score(log, model="bgnbd")
    assert isinstance(scored.purchases, clv.BetaGeoModel)


def test_too_little_data_still_gives_segments_and_stages(log):
    scored = scoring.score(log, as_of="1997-01-20")
    assert scored.model["state"] == "skipped"
    assert "repeat" in scored.model["reason"] or "more than one day" in scored.model["reason"]
    assert "clv" not in scored.customers
    assert scored.customers[["segment", "stage"]].notna().all(axis=None)


@pytest.mark.parametrize("as_of", ["1998-06-30", "1997-01-20"])
def test_what_is_saved_is_read_back(log, tmp_path, as_of):
    scored = scoring.score(log, as_of=as_of)
    scored.save(tmp_path)
    again = scoring.read(tmp_path)
    pd.testing.assert_frame_equal(again.customers, scored.customers)
    assert again.customers.attrs == scored.customers.attrs
    assert again.model == scored.model
    assert again.purchases == scored.purchases
