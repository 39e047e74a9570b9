"""Tables as the README holds them."""

from __future__ import annotations

import pandas as pd


def table(rows: pd.DataFrame) -> str:
    """A Markdown table; what looks like a number stands to the right.

    >>> print(table(pd.DataFrame({"by": ["clv"], "seconds": ["0.14"]})))
    | by | seconds |
    |---|---:|
    | clv | 0.14 |
    """
    texts = rows.astype(str)
    numbers = [_is_number(texts[name]) for name in texts.columns]
    lines = [texts.columns, ["---:" if right else "---" for right in numbers], *texts.to_numpy()]
    return "\n".join(
        "|" + "|".join(cells) + "|" if place == 1 else "| " + " | ".join(cells) + " |"
        for place, cells in enumerate(lines)
    )


def _is_number(column: pd.Series) -> bool:
    return column.str.fullmatch(r"[-+±≥<\d.,%× ]*").all() and column.str.len().any()
