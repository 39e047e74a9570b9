from datetime import date

import pytest

from clv.errors import BadParameter
from clv.tables import declared
from clv.tables.samples import SAMPLES


def test_what_is_empty_or_auto_was_not_named():
    given = {"as_of": "", "births": "auto", "currency": None, "prices": {}, "refunds": "refuse"}
    assert declared.named(given) == {"refunds": "refuse"}


def test_every_word_that_is_named_is_one_of_its_choices():
    with pytest.raises(BadParameter, match=r"`births` must be one of \['auto', 'observed'"):
        declared.named({"births": "some"})
    with pytest.raises(BadParameter, match="`margin` must be a share"):
        declared.named({"margin": 3})
    with pytest.raises(BadParameter, match="`prices` must be nominal"):
        declared.named({"prices": "real"})


def test_as_of_settles_the_window_and_run_date_what_is_the_future():
    policy = declared.policy(declared.DEFAULTS | {"as_of": "2024-06-30"}, "2024-12-31", 0.05)
    assert (policy.as_of, policy.run_date) == (date(2024, 6, 30), date(2024, 12, 31))
    with pytest.raises(BadParameter, match="a day that is over on run_date 2024-01-01"):
        declared.policy(declared.DEFAULTS | {"as_of": "2024-06-30"}, "2024-01-01", 0.05)
    with pytest.raises(BadParameter, match="`max_faulty` must be a share"):
        declared.policy(declared.DEFAULTS, "2024-12-31", 5)


def test_a_sample_ends_where_it_ends():
    declared.refuse_unseen(SAMPLES["cdnow"], date(1998, 6, 30))
    declared.refuse_unseen(None, date(2024, 6, 30))
    with pytest.raises(BadParameter, match="where this sample ends"):
        declared.refuse_unseen(SAMPLES["cdnow"], date(1998, 7, 1))
