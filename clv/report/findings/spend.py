"""What a purchase is worth, which purchases tell it, and whether frequency tells it as well."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

import pandas as pd

from clv.customers.spend_basis import SpendBasis
from clv.customers.traits import Trait
from clv.report.findings.finding import Finding, evidence, graded, sure
from clv.report.messages import Messages
from clv.report.privacy import few
from clv.report.words import Count, Money, Number, Share, Text, Value

ALIKE = 0.05  # share by which first and later purchases may differ and be called alike
WEAK, STRONG = 0.1, 0.3  # correlations: below the one it does no harm, from the other it does

COUNTED: Final[Messages] = {  # which purchases count
    "all": "Every purchase counts, the first included",
    "repeat": "Only repeat purchases count, as in the papers",
}


def spend_level(trait: Trait, *, currency: str | None = None) -> Finding:
    """What a purchase is worth, and how far customers differ.

    `trait`: as `customers.traits.spend` returns it.
    """
    money = {n: Money(v, currency) for n, v in asdict(trait).items() if n != "name"}
    headline = Text(
        "A purchase is worth {average} on average; half of the customers spend less than {middle} "
        "each time, the best tenth more than {best_tenth}.",
        {**money, "average": sure(money["typical"], money["low"], money["high"])},
    )
    row = {name: getattr(trait, name) for name in money}
    return Finding(headline, evidence(pd.DataFrame([row]), **dict.fromkeys(row, currency)))


def spend_basis(found: SpendBasis, used: str) -> Finding:
    """Which purchases count, and why in words.

    `found`: as `customers.spend_basis.choose_basis` returns it; `used`: the basis that is used.
    """
    shown = evidence(found.table, bias="share", choosing_bias="share")
    counted = Text(COUNTED[used])
    values = {"counted": counted, "first": _first(found.first_to_repeat)}
    if "choosing_log_error" not in found.table:
        short = Text("{counted}: the history is too short to test another way. {first}", values)
        return Finding(short, shown)
    if used != found.name:
        asked = Text("{counted}, because it was asked for. {first}", values)
        return Finding(asked, shown)
    if found.table["choosing_log_error"].idxmin() == used:
        better = Text(
            "{counted}: that foresaw better what customers spent after earlier days. {first}",
            values,
        )
        return Finding(better, shown)
    nearer = Text(
        "{counted}: that missed by less what all customers together spent after earlier days. "
        "{first}",
        values,
    )
    return Finding(nearer, shown)


def _first(ratio: float) -> Text:
    """How the first purchases of those who came back compare with their later ones."""
    values = {"gap": Share(abs(ratio - 1))}
    if ratio > 1 + ALIKE:
        return Text("First purchases are {gap} larger than later ones.", values)
    if ratio < 1 - ALIKE:
        return Text("First purchases are {gap} smaller than later ones.", values)
    return Text("First purchases are about as large as later ones.")


def spend_independence(table: pd.DataFrame, levels: pd.DataFrame, *, unit: str = "") -> Finding:
    """Whether those who buy often also spend more each time.

    `table`, `levels`: as `customers.assumptions.spend_independence` and `spend_by_frequency`
    return them; the judgement rests on the stronger of the two correlations, without the largest
    customer.
    """
    shown, measure = evidence(table), _stronger(table)
    if measure is None:
        return Finding(Text("Too few customers to compare spend with frequency."), shown)
    told, strongest = table.loc[measure, ["value", "without_largest"]]
    severity = graded(abs(strongest), watch=WEAK, act=STRONG, below="good")
    values = {"told": Number(told, 2), "correlation": Number(strongest, 2)}
    if severity == "good":
        free = Text(
            "How often customers buy says next to nothing about what they spend each time "
            "(correlation {told}, without the largest customer {correlation}).",
            values,
        )
        return Finding(free, shown, severity)
    values |= _ends(levels.loc[~levels["customers"].map(few), "mean"], unit)
    more = Text(
        "Customers who buy often spend more each time: {much} with {often} repeat purchases, "
        "{little} with {rare} (correlation {told}, without the largest customer {correlation}).",
        values,
    )
    less = Text(
        "Customers who buy often spend less each time: {much} with {often} repeat purchases, "
        "{little} with {rare} (correlation {told}, without the largest customer {correlation}).",
        values,
    )
    return Finding(more if strongest > 0 else less, shown, severity)


def _stronger(table: pd.DataFrame) -> str | None:
    """The stronger of the two correlations without the largest customer, if there is one."""
    known = table["without_largest"].reindex(["pearson", "spearman"]).dropna()
    return None if known.empty else str(known.abs().idxmax())


def _ends(means: pd.Series, unit: str) -> dict[str, Value]:
    """What the rarest and the most frequent buyers spend."""
    ends = {"rare": means.index[0], "often": means.index[-1]}
    money = {"little": Money(means.iloc[0], unit), "much": Money(means.iloc[-1], unit)}
    return {name: _times(str(group)) for name, group in ends.items()} | money


def _times(group: str) -> Value:
    """A number of repeat purchases, where the last group is open: "3", or "7 or more"."""
    count = Count(int(group.rstrip("+")))
    return Text("{count} or more", {"count": count}) if group.endswith("+") else count


def spend_answer(trait: Trait, table: pd.DataFrame, *, currency: str | None = None) -> Finding:
    """What a purchase is worth, and whether it may be multiplied with how many are to come.

    `trait` as for `spend_level`, `table` as for `spend_independence`.
    """
    values, measure = {"average": Money(trait.typical, currency)}, _stronger(table)
    strongest = float(table.loc[measure, "without_largest"]) if measure else 0.0
    severity = graded(abs(strongest), watch=WEAK, act=STRONG, below="good")
    if severity == "good":
        free = Text(
            "A purchase is worth {average} on average, however often a customer buys: the two "
            "models may be multiplied.",
            values,
        )
        return Finding(free, evidence(table), severity)
    more = Text(
        "A purchase is worth {average} on average, and more from those who buy often: the two "
        "models may be multiplied, but value the best customers somewhat too low.",
        values,
    )
    less = Text(
        "A purchase is worth {average} on average, and less from those who buy often: the two "
        "models may be multiplied, but value the best customers somewhat too high.",
        values,
    )
    check = Text("Trust values by group only as far as the holdout check confirms them.")
    return Finding(more if strongest > 0 else less, evidence(table), severity, check)
