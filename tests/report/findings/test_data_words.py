import pandas as pd

from clv.report.findings.data_words import Told, in_words, named
from clv.report.words import Label, Words
from clv.stages.obstacles import SILENCE


def test_a_word_of_the_data_is_said_as_it_is():
    assert str(Told("paid_ads")) == "Paid ads"
    assert named("referral").render(Words.of("tr")) == "Referral"  # ours of that name is translated


def test_our_outcome_is_not_taken_for_a_reason_of_the_data():
    table = in_words(pd.DataFrame({"part": [0.2, 0.1]}, index=["silence", SILENCE]))
    assert table.index.tolist() == [Told("silence"), Label("silence")]
    assert [each.render(Words.of("en")) for each in table.index] == [
        "Silence",
        "No contact for too long",
    ]
    assert table.index[0].render(Words.of("tr")) == "Silence"
    assert table.index[1].render(Words.of("tr")) != "Silence"


def test_who_named_no_source_is_unknown_in_our_words():
    assert named("unknown") == Label("unknown")
