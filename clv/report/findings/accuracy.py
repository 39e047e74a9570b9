"""Whether to believe what is foreseen of single customers: a forecast held against what came."""

from __future__ import annotations

import pandas as pd

from clv.customers.holdout import over_baselines
from clv.report.findings.finding import Finding, evidence, graded
from clv.report.words import Count, Label, Share, Text, Value

MEASURED = ("predicted_total", "actual_total", "bias", "rmse", "chosen")
TRUSTED = 0.02  # share by which intervals may hold more or less than a model expects of them


def holdout(compared: pd.DataFrame, *, model: str | None = None) -> Finding:
    """Whether the model foresaw what came, and better than rules that need no model.

    `compared`: indexed by model and baseline, as `clv.compare_models` or
    `customers.holdout.measures` returns it; `model`: which one to judge, by default the chosen
    one. Single customers are judged by the squared error, the total by how far it was missed.
    """
    columns = [name for name in MEASURED if name in compared]
    shown = evidence(compared[columns].rename_axis("model"), bias="share")
    if compared.empty or "rmse" not in compared:
        return Finding(Text("The history is too short to test a forecast on."), shown, "watch")
    judged = compared.loc[model] if model else compared[compared["chosen"]].iloc[0]
    if pd.isna(judged["rmse"]):
        return Finding(
            Text("On the day of the test the model could not be fitted."), shown, "watch"
        )
    hardest = over_baselines(compared, str(judged.name)).iloc[0]
    saved, off = hardest["squared_error_saved"], _missed(judged)
    values = {"rule": Label(str(hardest.name)), "total": _total(judged, off)}
    if not hardest["beaten"]:
        beaten = Text(
            "A simple rule foresaw single customers better than the model: “{rule}”. The model "
            "makes {more} more squared error; {total}.",
            values | {"more": Share(-saved)},
        )
        stay = Text("Do not act on single customers' values yet; use totals with care.")
        return Finding(beaten, shown, "act", stay)
    better = Text(
        "The model foresaw single customers better than every rule of thumb, with {saved} less "
        "squared error than the best of them; {total}.",
        values | {"saved": Share(saved)},
    )
    severity = graded(off, watch=0.05, act=0.25, below="good")
    plan = Text("Trust who is worth more than whom; plan totals with room for such a miss.")
    return Finding(better, shown, severity, None if severity == "good" else plan)


def _missed(judged: pd.Series) -> float:
    """How far the total was missed, as a share of what came."""
    missed = abs(judged["predicted_total"] - judged["actual_total"])
    return float(missed / max(judged["actual_total"], 1))


def _total(judged: pd.Series, off: float) -> Text:
    """Forecast against outcome of all together, as the end of a sentence."""
    if off < 0.005:
        return Text("in all, as many purchases were foreseen as came")
    if judged["predicted_total"] < judged["actual_total"]:
        return Text("in all, {gap} too few purchases were foreseen", {"gap": Share(off)})
    return Text("in all, {gap} too many purchases were foreseen", {"gap": Share(off)})


def over_rules(over: pd.DataFrame) -> Finding:
    """How much better than each rule of thumb the model is.

    `over`: as `customers.holdout.over_baselines` returns it.
    """
    shown = evidence(over, squared_error_saved="share", log_loss_saved="share")
    if over.empty:
        return Finding(Text("There is no rule of thumb to compare with."), shown)
    won, hardest = int(over["beaten"].sum()), over.iloc[0]
    saved = hardest["squared_error_saved"]
    values = {
        "won": Count(won),
        "rules": Count(len(over)),
        "rule": Label(str(hardest.name)),
        "saved": Share(saved),
        "more": Share(-saved),
    }
    if won < len(over):
        lost = Text(
            "The model beats only {won} of {rules} rules of thumb. The hardest is “{rule}”: the "
            "model makes {more} more squared error than it.",
            values,
        )
        return Finding(lost, shown, "act")
    said = Text(
        "The model beats all {rules} rules of thumb. The hardest is “{rule}”: of its squared error "
        "the model saves {saved}.",
        values,
    )
    return _chances(said, over["log_loss_saved"].dropna(), shown)


def _chances(said: Text, saved: pd.Series, shown: pd.DataFrame) -> Finding:
    """The same sentence and, where a rule gives chances, whether those of the model are better."""
    if saved.empty:
        return Finding(said, shown, "good")
    rule = Label(str(saved.index[0]))
    values = {"said": said, "rule": rule, "saved": Share(saved.iloc[0])}
    if saved.iloc[0] > 0:
        better = Text(
            "{said} It also gives better chances than the one rule that gives any, “{rule}”: of "
            "its log loss the model saves {saved}.",
            values,
        )
        return Finding(better, shown, "good")
    no_better = Text(
        "{said} But it gives no better chances than the one rule that gives any, “{rule}”.", values
    )
    return Finding(no_better, shown, "watch")


def coverage(measured: pd.DataFrame, *, model: str, interval: float = 0.90) -> Finding:
    """Whether the model knows how sure it is of single customers.

    `measured`: as `customers.holdout.measures` returns it. A model's interval of a count holds more
    than it promises, so that it is judged by what the model itself gave to it; the central part of
    the randomised transform by `interval`.
    """
    shares = ["coverage", "interval_mass", "pit_central"]
    shown = evidence(measured[shares].dropna(how="all"), **dict.fromkeys(shares, "share"))
    own = measured.loc[model, shares]
    if own.isna().any():
        return Finding(Text("The model gave no chances that could be judged."), shown, "watch")
    off, off_centre = own["coverage"] - own["interval_mass"], own["pit_central"] - interval
    values = {name: Share(own[name], 1) for name in shares} | {"interval": Share(interval)}
    if max(abs(off), abs(off_centre)) <= TRUSTED:
        honest = Text(
            "The model knows how sure it is of single customers: {coverage} of them bought as "
            "often as its intervals allow, and it had expected {interval_mass}.",
            values,
        )
        return Finding(honest, shown, "good")
    if abs(off) <= TRUSTED:
        return Finding(_off_centre(values, bold=off_centre < 0), shown, "watch")
    plan = Text("Take the bounds of one customer as too narrow.") if off < 0 else None
    return Finding(_off(values, bold=off < 0), shown, "watch" if off < 0 else "info", plan)


def _off(values: dict[str, Value], *, bold: bool) -> Text:
    """What to say where intervals hold fewer customers than they promise, or more."""
    if bold:
        return Text(
            "The model is surer of single customers than it should be: {coverage} of them bought "
            "as often as its intervals allow, where it had expected {interval_mass}.",
            values,
        )
    return Text(
        "The model is less sure of single customers than it could be: {coverage} of them bought "
        "as often as its intervals allow, where it had expected {interval_mass}.",
        values,
    )


def _off_centre(values: dict[str, Value], *, bold: bool) -> Text:
    """What to say where intervals hold what they promise, but chances within them are off."""
    if bold:
        return Text(
            "The model is a little too sure of single customers: {pit_central} of them did what it "
            "held for likely, where it had expected {interval}.",
            values,
        )
    return Text(
        "The model is a little less sure of single customers than it could be: {pit_central} of "
        "them did what it held for likely, where it had expected {interval}.",
        values,
    )
