"""Who is left alone on purpose, so that what contacting the others brought can be measured.

Without a hold-out nobody can tell customers who came because they were called from those who would
have come anyway. Who is held out follows from the seed and the customer's id alone: the same
customers on every list, whatever the order of its rows and whoever else stands on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from clv.errors import BadParameter

SHARE = 0.10

_BYTES = 8


def held_out(customer_ids: Iterable[str], *, seed: int, share: float = SHARE) -> NDArray[np.bool_]:
    """Whether each customer is never to be contacted, shape (n,).

    Parameters
    ----------
    customer_ids
        One of each customer.
    seed
        Of the study. Another seed holds out others, and what was measured before is lost.
    share
        Of all customers that is held out, from 0 to below 1.

    >>> held_out(["0001", "0002", "0003", "0017"], seed=1).tolist()
    [False, False, False, True]

    """
    if not 0 <= share < 1:
        raise BadParameter.from_value("share", share, "a share from 0 to below 1, such as 0.10")
    limit = int(share * 2 ** (8 * _BYTES))
    return np.array([_place(f"{seed} {each}") < limit for each in customer_ids], dtype=bool)


def _place(key: str) -> int:
    """Where a key falls, evenly over all whole numbers of eight bytes."""
    return int.from_bytes(hashlib.sha256(key.encode("utf-8")).digest()[:_BYTES], "big")
