import numpy as np
import pandas as pd

from clv.report import cells
from clv.report.aarrr import COUNTED, described, of_cohorts
from clv.report.words import Words
from clv.stages import aarrr, frameworks

OVERALL = pd.DataFrame(
    {
        "of": ["leads", *["customers"] * 4],
        "customers": [0, 50, 40, 40, 0],
        "share": [np.nan, 0.5, 0.25, 0.3, np.nan],
        "after": [0, 0, 90, 0, 0],
        "until": [180, 90, 180, 180, 180],
        "needs": ["leads, or customers with created_at", "", "", "", ""],
        "low": [np.nan, 0.4, 0.2, 0.2, np.nan],
        "high": [np.nan, 0.6, 0.3, 0.4, np.nan],
    },
    index=pd.Index(list(COUNTED), name="rate"),
)


def test_every_rate_says_who_counts():
    assert list(COUNTED) == list(aarrr.rates())


def test_a_page_tells_who_counts_how_many_and_what_is_missing():
    table = cells.table(described(OVERALL), Words.of("en"))
    assert table["rows"][0] == [
        "Acquisition",
        "Leads who buy before day 180",
        "0",
        "–",
        "–",
        "–",
        "leads, or customers with created_at",
    ]
    assert table["rows"][2][:4] == [
        "Retention",
        "Customers who buy again in the 90 days from then on",
        "40",
        "25%",
    ]


def test_what_is_needed_is_said_in_the_language_of_the_page():
    table = cells.table(described(OVERALL), Words.of("tr"))
    assert table["rows"][0][0] == "Edinme"
    assert table["rows"][0][-1] != "leads, or customers with created_at"


def test_revenue_is_called_alike_in_the_table_the_chart_and_the_framework():
    rates = pd.DataFrame({"revenue": [0.27]}, index=pd.PeriodIndex(["2024-01"], freq="M"))
    heads = cells.table(of_cohorts(rates), Words.of("tr"))["columns"]
    assert heads[-1]["label"] == "Gelir"
    rows = cells.table(described(OVERALL), Words.of("tr"))["rows"]
    assert rows[3][0] == "Gelir"
    assert frameworks.read("personaclick").label("revenue", "tr") == "Gelir"
