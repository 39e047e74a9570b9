import pytest

import clv


def messages(csv, *ids):
    log = clv.load(csv(*(f"{name},2024-01-0{n},5" for n, name in enumerate(ids, 1))))
    return log, [m for m in log.messages if m.code == "id-look-alike"]


@pytest.mark.parametrize(
    "pair", [("00012", "12"), ("Ada", "ADA"), ("a 1", "a1"), ("0", "000"), ("ş\u00a0x", "ŞX")]
)
def test_ids_that_look_alike_are_counted_and_named_and_never_merged(csv, pair):
    log, (message,) = messages(csv, *pair, "other")
    assert message.level == "warning"
    assert message.text.startswith("2 ids look like another one")
    assert all(repr(name) in message.text for name in pair)
    assert len(clv.customer_summary(log)) == 3


def test_the_first_pair_is_named_and_all_ids_are_counted(csv):
    _, (message,) = messages(csv, "x", "X", "7", "07", "007")
    assert message.text.startswith("5 ids look like another one")
    assert "'007' and '7'" in message.text


def test_ids_of_one_length_with_leading_zeros_are_in_order(csv):
    assert messages(csv, "00012", "00013", "x0001", "x1", "NA")[1] == []
