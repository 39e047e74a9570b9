import base64
import json

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from clv import report
from clv.errors import BadParameter, PageIncomplete
from clv.report import verbs
from clv.report.findings.finding import Finding
from clv.report.words import Share, Text, current


def bars(table, *, ax=None, colour="grey"):
    """A plot as ours are: a table in, its Axes out."""
    ax = ax or plt.subplots(figsize=(4, 2))[1]
    ax.bar(range(len(table)), table["clv"], color=colour)
    ax.set_title(current().language)
    return ax


@pytest.fixture
def shown(monkeypatch):
    """What the verbs display, output by output."""
    outputs = []
    monkeypatch.setattr(verbs, "display", lambda it: outputs.append(it._repr_mimebundle_()))
    report.start()
    return outputs


@pytest.fixture
def segments() -> pd.DataFrame:
    return pd.DataFrame({"segment": ["champions", "<b>x</b>"], "clv": [41200.5, 7000.0]})


def words_of(output) -> dict:
    return output[verbs.MIME]["variants"]["en"]


def test_starting_and_showing_return_nothing(shown, capsys):
    assert report.start("en") is None
    assert report.check("rows", passed=True, detail="All there.") is None
    assert capsys.readouterr().out == ""


def test_every_verb_shows_one_output_of_three_types(shown, segments):
    report.headline("n", 3, label="Customers", unit="customers")
    report.finding(Finding(Text("Few carry much."), segments))
    report.chart(bars, segments, alt="Two bars.", caption="Two segments.")
    report.table(segments, caption="Segments")
    report.check("rows", passed=False, detail="One is missing.")
    assert [output[verbs.MIME]["kind"] for output in shown] == [
        "headline",
        "finding",
        "chart",
        "table",
        "check",
    ]
    for output in shown:
        assert set(output) == {verbs.MIME, "text/html", "text/plain"}
        json.dumps(output, allow_nan=False)


def test_an_unknown_language_is_refused_at_the_start():
    with pytest.raises(BadParameter, match="got 'xx'"):
        report.start("xx")
    with pytest.raises(BadParameter, match="the name of a language"):
        report.start("")


def test_without_jupyter_a_verb_prints_its_plain_text(capsys):
    report.headline("clv", 1023714.4, label="Expected revenue", unit="USD", low=9e5, high=1.1e6)
    assert capsys.readouterr().out == ("Expected revenue: $1,023,714 ($900,000 to $1,100,000)\n")


# Headlines ----------------------------------------------------------------------------------


def test_a_headline_carries_its_number_and_its_words(shown):
    report.headline("alive", np.float64(0.31), label="Alive", unit="share", low=0.29, high=0.33)
    payload = shown[0][verbs.MIME]
    assert (payload["name"], payload["value"], payload["low"]) == ("alive", 0.31, 0.29)
    assert words_of(shown[0]) == {
        "label": "Alive",
        "text": "31%",
        "noun": "",
        "interval": "29% to 33%",
    }


@pytest.mark.parametrize("unknown", [None, np.nan, np.inf, pd.NA])
def test_an_unknown_number_is_shown_as_unknown(shown, unknown):
    report.headline("clv", unknown, label="Value", unit=None)
    assert shown[0][verbs.MIME]["value"] is None
    assert words_of(shown[0])["text"] == "–"


def test_whole_numbers_stay_whole(shown):
    report.headline("n", np.int64(3), label="Customers", unit="customers")
    assert repr(shown[0][verbs.MIME]["value"]) == "3"
    assert words_of(shown[0])["noun"] == "customers"


def test_better_is_up_or_down(shown):
    with pytest.raises(BadParameter, match="`better` must be one of"):
        report.headline("n", 1, label="Customers", better="more")


@pytest.mark.parametrize("count", [1, 4])
def test_a_number_of_customers_that_names_somebody_is_not_counted_out(shown, count):
    report.headline("n", count, label="Champions", unit="customers", low=0, high=9)
    assert words_of(shown[0])["text"] == "<5"
    assert words_of(shown[0])["interval"] == ""


def test_a_number_about_a_few_customers_is_withheld(shown):
    report.headline("share", 0.3, label="Their revenue", unit="share", customers=4)
    report.headline("share", 0.3, label="Their revenue", unit="share", customers=5)
    assert [words_of(output)["text"] for output in shown] == ["–", "30%"]
    assert shown[0][verbs.MIME]["value"] is None


def test_small_groups_are_merged_in_whatever_is_shown(shown):
    groups = pd.DataFrame(
        {"customers": [30, 4, 9], "clv": [3.0, 2.0, 1.0]},
        index=pd.Index(["champions", "at_risk", "promising"], name="segment"),
    )
    drawn = []

    def plot(table, **options):
        drawn.append(list(table.index))
        return bars(table, **options)

    report.table(groups, caption="Groups")
    report.finding(Finding(Text("Few carry much."), groups))
    report.chart(plot, groups, alt="Two bars.", caption="Two groups.")
    assert drawn == [["champions", "other"]]
    for output in shown:
        assert output[verbs.MIME]["merged"] is True
        table = words_of(output)["table"]
        assert [row[:2] for row in table["rows"]] == [["Champions", "30"], ["Other", "13"]]
        assert "fewer than 5" in table["notes"][0]
        assert "fewer than 5" in output["text/html"]


# Findings -----------------------------------------------------------------------------------


def test_a_finding_shows_its_evidence_and_its_next_step(shown, segments):
    sentence = Text("The top {part} carry it.", {"part": Share(0.1)})
    report.finding(Finding(sentence, segments, "act", Text("Call them.")), lead=True)
    payload, words = shown[0][verbs.MIME], words_of(shown[0])
    assert (payload["severity"], payload["lead"]) == ("act", True)
    assert (words["headline"], words["next_step"]) == ("The top 10% carry it.", "Call them.")
    assert words["table"]["rows"][0] == ["Champions", "41,200"]
    assert words["tone"] in shown[0]["text/html"]


def test_evidence_never_names_a_customer(shown):
    named = pd.DataFrame({"customer_id": ["00042"], "clv": [1.0]})
    with pytest.raises(PageIncomplete, match="evidence of a finding would show single customers"):
        report.finding(Finding(Text("One is rich."), named))


# Charts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_a_chart_without_alt_text_is_refused(shown, segments, alt):
    with pytest.raises(PageIncomplete, match=r"write what the chart shows, .* alt='A plot as ours"):
        report.chart(bars, segments, alt=alt, caption="Two segments.")
    assert shown == []


def test_a_chart_without_caption_is_refused(shown, segments):
    with pytest.raises(PageIncomplete, match="`bars` has no caption"):
        report.chart(bars, segments, alt="Two bars.", caption="")


def test_the_same_chart_has_the_same_bytes(shown, segments):
    for _ in range(2):
        report.chart(bars, segments, alt="Two bars.", caption="Two.", colour="black")
    assert shown[0] == shown[1]
    png = base64.b64decode(words_of(shown[0])["png"])
    assert png.startswith(b"\x89PNG")
    assert b"tEXt" not in png


def test_a_chart_is_twice_as_fine_as_it_is_shown(shown, segments):
    report.chart(bars, segments, alt="Two bars.", caption="Two.")
    words = words_of(shown[0])
    assert (words["width"], words["height"]) == (400, 200)
    png = base64.b64decode(words["png"])
    assert int.from_bytes(png[16:20]) == 800


def test_a_chart_leaves_no_figure_open(shown, segments):
    report.chart(bars, segments, alt="Two bars.", caption="Two.")
    assert plt.get_fignums() == []


def test_a_chart_may_name_the_numbers_behind_it(shown, segments):
    total = pd.DataFrame({"total": [48200]})
    report.chart(bars, segments, alt="Two bars.", caption="Two.", data=total)
    assert words_of(shown[0])["table"]["rows"] == [["48,200"]]


def test_a_chart_is_drawn_once_for_each_language_of_the_notebook(shown, segments, catalogues):
    drawn = []

    def noted(table, *, ax=None):
        drawn.append(current().language)
        return bars(table, ax=ax)

    report.start("en,tr")
    report.chart(noted, segments, alt="Two bars.", caption="Two.")
    report.start()
    variants = shown[0][verbs.MIME]["variants"]
    assert drawn == list(variants) == ["en", "tr"]
    assert variants["en"]["png"] != variants["tr"]["png"]


# Tables -------------------------------------------------------------------------------------


def test_a_table_is_escaped_captioned_and_scoped(shown, segments):
    report.table(segments, caption="Segments & value", units={"clv": "USD"})
    soup = BeautifulSoup(shown[0]["text/html"], "html.parser")
    assert soup.table.caption.text == "Segments & value"
    assert [head["scope"] for head in soup.table("th")] == ["col", "col", "row", "row"]
    assert soup.table("th")[-1].text == "<b>x</b>"
    assert soup.table("td")[0]["class"] == ["clv-num"]
    assert soup.table("td")[0].bdi.text == "$41,200"


def test_a_table_of_single_customers_is_refused(shown, segments):
    customers = segments.set_index(pd.Index(["1", "2"], name="customer_id"))
    with pytest.raises(PageIncomplete, match="group them first, for example"):
        report.table(customers, caption="Customers")


def test_a_label_of_no_column_is_refused(shown, segments):
    with pytest.raises(BadParameter, match=r"no column `value` to label; it has .*`clv`"):
        report.table(segments, caption="Segments", labels={"value": "Value"})


# Checks -------------------------------------------------------------------------------------


def test_a_check_says_whether_it_passed(shown):
    report.check("repeat buyers", passed=np.False_, detail="Only 12.")
    assert shown[0][verbs.MIME]["passed"] is False
    assert shown[0]["text/plain"] == "failed: repeat buyers. Only 12."
