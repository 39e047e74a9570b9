import pandas as pd
import pytest

from clv.report import findings
from clv.report.findings import Finding
from clv.report.words import Text


def found(severity, step="Do it."):
    step = Text(step) if step else None
    return Finding(Text(f"This is {severity}."), pd.DataFrame(), severity, step)


@pytest.mark.parametrize(
    ("severities", "said", "severity"),
    [
        ([], "Nothing asks for a decision.", "good"),
        (["info"], "Nothing is urgent. Begin on Monday with this: Do it.", "info"),
        (["watch", "watch"], "Nothing is urgent. Begin on Monday with this: Do it.", "watch"),
        (["act", "watch"], "1 thing is urgent. Begin on Monday with this: Do it.", "act"),
        (["act", "act"], "2 things are urgent. Begin on Monday with this: Do it.", "act"),
    ],
)
def test_the_answer_is_the_first_thing_to_do(severities, said, severity):
    done = findings.to_do(map(found, severities))
    assert (str(done.headline), done.severity) == (said, severity)


def test_the_list_begins_with_the_most_urgent_and_keeps_the_order_of_the_pages():
    pages = [found("watch", "Third."), found("act", "First."), found("act", "Second.")]
    done = findings.to_do(pages)
    assert [str(step) for step in done.evidence["next_step"]] == ["First.", "Second.", "Third."]
    assert [str(how) for how in done.evidence["urgency"]] == [
        "Decide now", "Decide now", "Keep an eye on",
    ]  # fmt: skip
    assert str(done.next_step) == "Second."


def test_a_finding_that_asks_for_nothing_is_not_listed():
    assert findings.to_do([found("act", step="")]).evidence.empty
