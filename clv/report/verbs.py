"""The verbs that a notebook speaks: start, headline, finding, chart, table, check.

Each displays one output. In JupyterLab it is read at once; on a page it is put in its place by
the exporter, from the payload of its own MIME type: `{"kind", …facts, "variants"}`, where
`variants` holds the wording (and drawing) once per language that the notebook was started with.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
from IPython.display import display

from clv.errors import BadParameter, PageIncomplete, listed
from clv.report import cells, markup, privacy, pseudonyms
from clv.report.findings.finding import SEVERITIES, Finding
from clv.report.words import Interval, People, Text, Words, noun, of_unit, said, speaking

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MIME = "application/vnd.clv.v1+json"
DIRECTIONS = ("", "up", "down")
PIXELS_PER_INCH = 100
COLOURS = 256

# The languages of this kernel's notebook. They must outlive the cell that set them, and Jupyter
# runs each cell in a context of its own: hence a list of this module and no context variable.
_languages: list[Words] = [Words.of("en")]


def start(language: str = "en") -> None:
    """Begin a notebook in one language, or in several at once ("en,tr"); prints nothing.

    JupyterLab shows the first; the others ride along for the pages made from this notebook.
    """
    names = [name.strip() for name in language.split(",") if name.strip()]
    if not names:
        raise BadParameter.from_value("language", language, "the name of a language, such as 'en'")
    _languages[:] = [Words.of(name) for name in dict.fromkeys(names)]


def headline(
    name: str,
    value: float | None,
    *,
    label: Text | str,
    unit: str | None = "",
    low: float | None = None,
    high: float | None = None,
    better: Literal["", "up", "down"] = "",
    customers: float | None = None,
) -> None:
    """Show a headline number; `name` is what it is called in results.json.

    Parameters
    ----------
    name
        A plain, stable name: it is compared from run to run.
    value, low, high
        The number and its interval; None or NaN is shown as unknown.
    label
        What the number is, in a few words.
    unit
        "" (a number), "share", "customers", "purchases", "days", "weeks", or a currency's code;
        None is the amount of an unknown currency.
    better
        Whether a higher ("up") or a lower ("down") number is the better one; "" for neither.
    customers
        How many the number speaks of, where that may be few: of 1 to 4 it is withheld. A number of
        customers knows that of itself, and is then said as "<5".
    """
    if better not in DIRECTIONS:
        raise BadParameter.from_value("better", better, f"one of {DIRECTIONS}")
    if privacy.few(customers):
        value = low = high = None
    unit, value, low, high = unit or "", _plain(value), _plain(low), _plain(high)
    few = unit == privacy.COUNT and privacy.few(value)

    def worded(words: Words) -> dict[str, Any]:
        shown = math.nan if value is None else value
        between = "" if low is None or high is None else _between(low, high, unit).render(words)
        return {
            "label": said(label, words),
            "text": (People(shown) if few else of_unit(shown, unit)).render(words),
            "noun": noun(unit, shown).render(words) if value is not None else "",
            "interval": "" if few else between,
        }

    facts = {"name": name, "value": value, "unit": unit, "low": low, "high": high, "better": better}
    _show("headline", facts, worded)


def finding(finding: Finding, *, lead: bool = False) -> None:
    """Show a sentence computed from its evidence; `lead=True` makes it the page's answer."""
    privacy.refuse_personal(finding.evidence, "The evidence of a finding")
    shown = privacy.safe(finding.evidence)

    def worded(words: Words) -> dict[str, Any]:
        return {
            "tone": words.text(SEVERITIES[finding.severity]),
            "headline": said(finding.headline, words),
            "next_step": said(finding.next_step, words) if finding.next_step else "",
            "table": cells.table(shown, words),
        }

    facts = {"severity": finding.severity, "lead": lead, "merged": _merged(shown)}
    _show("finding", facts, worded)


def chart(
    plot: Callable[..., Axes],
    table: Any,  # noqa: ANN401 -- whatever the plot function draws
    *,
    alt: Text | str = "",
    caption: Text | str = "",
    data: pd.DataFrame | None = None,
    **options: object,
) -> None:
    """Show what `plot` draws of a table, with its caption and the numbers behind it.

    `plot(table, ax=None, **options)` makes its own figure and returns its Axes. `alt` says in a
    sentence what the chart shows, for readers who cannot see it. `data` are the numbers behind
    the chart where they are not `table` itself.
    """
    _must_be_said("alt", alt, plot, "what the chart shows")
    _must_be_said("caption", caption, plot, "what to see in the chart")
    table, data = _safe(table), _safe(data)
    behind = table if data is None else data

    def worded(words: Words) -> dict[str, Any]:
        return {
            "alt": said(alt, words),
            "caption": said(caption, words),
            **_drawn(plot, table, options),
            "table": cells.chart_data(behind, words) if isinstance(behind, pd.DataFrame) else None,
        }

    _show("chart", {"merged": _merged(table, behind)}, worded)


def table(
    frame: pd.DataFrame,
    *,
    caption: Text | str,
    labels: Mapping[str, Text | str] | None = None,
    units: Mapping[str, str] | None = None,
    most: int = cells.MOST,
    folded: bool = False,
) -> None:
    """Show the first rows of a table of groups; `folded` behind its caption, to be opened.

    A table of single customers is shown under their pseudonyms where CLV_PSEUDONYM_KEY stands in
    the environment, and refused where it does not.

    `labels` names columns and `units` gives their units, as for `headline`; both default to
    `frame.attrs["labels"]` and `frame.attrs["units"]`.
    """
    frame = pseudonyms.pseudonymous(frame)
    privacy.refuse_personal(frame, "This table")
    known = [*frame.index.names, *frame.columns]
    unknown = [name for name in {**(labels or {}), **(units or {})} if name not in known]
    if unknown:
        raise BadParameter(
            f"The table has no column {listed(unknown)} to label; it has {listed(known)}."
        )
    shown = privacy.safe(frame)
    _show(
        "table",
        {"merged": _merged(shown), "folded": folded},
        lambda words: {
            "caption": said(caption, words),
            "table": cells.table(shown, words, labels=labels, units=units, most=most),
        },
    )


def check(name: str, *, passed: bool, detail: Text | str) -> None:
    """Record whether something that must hold does; failed checks are the page's alerts."""
    _show(
        "check",
        {"name": name, "passed": bool(passed)},
        lambda words: {"label": words.text(name), "detail": said(detail, words)},
    )


def _must_be_said(name: str, sentence: Text | str, plot: Callable[..., Axes], what: str) -> None:
    """Raise where a chart lacks its `alt` or `caption`, with a sentence to begin from."""
    if str(sentence or "").strip():
        return
    begin = (getattr(plot, "__doc__", None) or "What it shows.").strip().splitlines()[0]
    raise PageIncomplete(
        f"The chart of `{getattr(plot, '__name__', plot)}` has no {name} text; "
        f"write {what}, in a sentence such as {name}={begin!r}."
    )


def _safe(table: Any) -> Any:  # noqa: ANN401 -- whatever a plot function draws
    """What a chart is drawn from, with no group in it that is too small to be shown."""
    return privacy.safe(table) if isinstance(table, pd.DataFrame) else table


def _merged(*tables: object) -> bool:
    """Whether groups of some tables were too small to be shown one by one."""
    return any(isinstance(each, pd.DataFrame) and each.attrs.get("merged") for each in tables)


def _show(kind: str, facts: dict[str, Any], worded: Callable[[Words], dict[str, Any]]) -> None:
    """Display one output that holds the payload, and a reading of it in the first language."""
    variants = {}
    for words in _languages:
        with speaking(words):
            variants[words.language] = worded(words)
    first = _languages[0]
    piece = {"kind": kind, **facts, **variants[first.language]}
    bundle = {
        MIME: {"kind": kind, **facts, "variants": variants},
        "text/html": markup.render("cell.html.j2", first, piece=piece),
        "text/plain": markup.render("cell.txt.j2", first, piece=piece).strip(),
    }
    display(_Shown(bundle))


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a verb has shown: an output where Jupyter runs, plain text where it does not."""

    bundle: Mapping[str, Any]

    def _repr_mimebundle_(self, **_: object) -> Mapping[str, Any]:
        return self.bundle

    def __repr__(self) -> str:
        return self.bundle["text/plain"]


def _drawn(
    plot: Callable[..., Axes], table: object, options: Mapping[str, object]
) -> dict[str, Any]:
    """The chart as a PNG (base64) at twice the screen's resolution; same table, same bytes."""
    from matplotlib import pyplot as plt  # half a second, and only who draws needs it
    from PIL import Image

    image = io.BytesIO()
    with plt.style.context("default"):  # not JupyterLab's own figure size and fonts
        figure = plot(table, ax=None, **options).figure
        try:
            figure.savefig(image, dpi=2 * PIXELS_PER_INCH, metadata={"Software": None})
            width, height = figure.get_size_inches() * PIXELS_PER_INCH
        finally:
            plt.close(figure)
    # A chart has few colours: with a palette of them it takes a third of the room.
    drawn, small = Image.open(image).convert("RGB"), io.BytesIO()
    drawn.quantize(COLOURS, dither=Image.Dither.NONE).save(small, "PNG")
    png = base64.b64encode(small.getvalue()).decode("ascii")
    return {"png": png, "width": round(width), "height": round(height)}


def _between(low: float, high: float, unit: str) -> Interval:
    return Interval(of_unit(low, unit), of_unit(high, unit))


def _plain(value: float | None) -> float | int | None:
    """A number as JSON can hold it: unknown and infinite are None."""
    if value is None or pd.isna(value) or not math.isfinite(value):
        return None
    return int(value) if isinstance(value, Integral) else float(value)
