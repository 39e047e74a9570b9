from dataclasses import replace

import numpy as np

from clv.customers import scales
from clv.customers.rfm import Cutoffs
from clv.report import cells
from clv.report.cutpoints import caption, described
from clv.report.words import Words

DAYS = np.arange(100.0)
CUTOFFS = Cutoffs(
    R=scales.fit("R", DAYS, "quantile"),
    F=scales.fit("F", np.repeat([1.0, 2.0, 9.0], [60, 20, 20]), "quantile"),
    M=scales.fit("M", DAYS, "quantile"),
)


def rows(language):
    table = cells.table(described(CUTOFFS, currency="EUR"), Words.of(language))
    return table["columns"], table["rows"]


def test_each_score_says_what_it_stands_for_and_how_it_was_cut():
    columns, told = rows("en")
    assert [column["label"] for column in columns[1:6]] == ["1 (worst)", "2", "3", "4", "5 (best)"]
    assert told[0][:6] == [
        "R: days since the last purchase",
        "80 or more",
        "60 to 79",
        "40 to 59",
        "20 to 39",
        "up to 19",
    ]
    assert told[1][1:6] == ["up to 1", "2", "3 to 4", "5 to 9", "10 or more"]
    assert told[2][1:3] == ["up to €20.00", "€20.00 to €40.00"]
    assert "fixed cut points" in told[1][6]


def test_a_score_that_nobody_can_have_is_none():
    scale = scales.fit("M", np.zeros(9), "fixed")
    nobody = scales.Scale("M", "fixed", (1.0, 1.0, 2.0, 3.0), scale.customers, scale.why)
    table = described(Cutoffs(CUTOFFS.R, CUTOFFS.F, nobody))
    assert str(table["2"].iloc[2]) == "none"


def test_the_words_are_those_of_the_language():
    columns, told = rows("tr")
    assert columns[1]["label"] == "1 (en kötü)"
    assert told[0][1] == "80 ve üzeri"


def test_the_caption_says_when_the_points_were_learned():
    assert str(caption(CUTOFFS)) == "The cut points of each score, and how they were found."
    frozen = replace(CUTOFFS, as_of="2024-06-30")
    assert "learned as of June 30, 2024," in str(caption(frozen))
