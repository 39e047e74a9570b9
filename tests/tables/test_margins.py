import pandas as pd
import pytest

import clv
from clv.errors import BadParameter, ColumnsMissing, TooManyFaulty

HEADER = "customer_id,date,amount,kept"
ROWS = ("a,2024-01-01,100,0.2", "a,2024-01-01,100,0.4", "a,2024-02-01,50,1", "b,2024-03-01,7,0")


@pytest.fixture
def log(csv):
    return clv.load(csv(*ROWS, header=HEADER), margin="kept")


def test_a_customer_s_margin_is_that_of_all_the_money_together(log):
    customers = clv.customer_summary(log)
    assert customers["margin"].tolist() == pytest.approx([(20 + 40 + 50) / 250, 0])
    assert clv.customer_summary(log, "2024-01-31")["margin"].tolist() == pytest.approx([0.3])


def test_so_is_a_day_s(log):
    assert log.purchase_days()["margin"].tolist() == pytest.approx([0.3, 1, 0])


def test_where_nothing_was_paid_margins_count_alike(csv):
    rows = ("a,2024-01-01,0,0.2", "a,2024-01-02,0,0.4", "b,2024-01-02,0,0.1", "b,2024-01-03,9,0.5")
    log = clv.load(csv(*rows, header=HEADER), margin="kept", zero_amounts="purchase")
    assert clv.customer_summary(log)["margin"].tolist() == pytest.approx([0.3, 0.5])


def test_what_is_not_declared_changes_nothing(csv):
    with_column = clv.load(csv(*ROWS, header=HEADER.replace("kept", "margin")))
    share = clv.load(csv(*ROWS, header=HEADER), margin=0.35)
    assert list(with_column.table.columns) == ["customer_id", "date", "amount"]
    assert (with_column.margin, share.margin) == (None, 0.35)
    pd.testing.assert_frame_equal(clv.customer_summary(with_column), clv.customer_summary(share))
    assert "margin" not in clv.customer_summary(share)


def test_margins_are_saved_with_their_purchases(log, tmp_path):
    back = clv.load(log.save(tmp_path / "prepared"))
    assert back.margin == "margin"
    pd.testing.assert_frame_equal(back.purchase_days(), log.purchase_days())


def test_a_row_without_a_share_is_set_aside_like_any_fault(csv):
    bad = ("a,2024-01-05,5,", "a,2024-01-05,5,30", "a,2024-01-05,5,-0.1", "a,2024-01-05,5,x")
    log = clv.load(csv(*ROWS, *bad, header=HEADER), margin="kept", max_faulty=0.5)
    assert log.quarantine["reason"].tolist() == ["margin-missing", *["margin-not-a-share"] * 3]
    assert log.quarantine["text"].tolist()[1:] == ["30", "-0.1", "x"]
    with pytest.raises(TooManyFaulty, match=r"`margin` is not a share .* such as 0\.35"):
        clv.load(csv(*ROWS, *bad, header=HEADER), margin="kept")


def test_a_refund_without_a_margin_is_a_refund(csv):
    path = csv(*ROWS, "a,2024-01-05,-5,", header=HEADER)
    log = clv.load(path, margin="kept", refunds="set_aside")
    assert log.quarantine["reason"].tolist() == ["refund"]


def test_margins_are_read_from_parquet_and_frames_too(csv, tmp_path):
    frame = pd.read_csv(csv(*ROWS, header=HEADER))
    frame.to_parquet(tmp_path / "orders.parquet")
    expected = clv.customer_summary(clv.load(csv(*ROWS, header=HEADER), margin="kept"))
    frame["date"] = pd.to_datetime(frame["date"])
    for source in (frame, tmp_path / "orders.parquet"):
        found = clv.customer_summary(clv.load(source, margin="kept"))
        pd.testing.assert_frame_equal(found, expected)


def test_a_margin_must_be_a_share_or_a_column_that_is_there(csv):
    path = csv(*ROWS, header=HEADER)
    assert clv.load(path, margin="0.35").margin == 0.35
    assert clv.load(path, margin="").margin is None
    with pytest.raises(BadParameter, match=r"did you mean 0\.35"):
        clv.load(path, margin=35)
    with pytest.raises(ColumnsMissing, match=r"lacks `keep`.*Did you mean `kept`"):
        clv.load(path, margin="keep")
