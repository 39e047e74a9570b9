import pytest

from clv.report import answers
from clv.report.answer import Answer

LIFECYCLE = "07_lifecycle_stages"


@pytest.mark.parametrize(
    ("page", "severity", "looks", "who"),
    [
        (LIFECYCLE, "act", "marketing", "Marketing"),  # leads from one source get stuck
        (LIFECYCLE, "act", "sales", "Sales"),
        (LIFECYCLE, "act", None, "Customer care"),  # customers are at risk
        (LIFECYCLE, "watch", "marketing", "Customer care"),
        ("00_data_health", "act", "marketing", "Data"),
    ],
)
def test_a_bottleneck_is_looked_into_by_those_whose_leads_they_are(
    monkeypatch, page, severity, looks, who
):
    monkeypatch.setattr(answers, "_stuck", lambda _: (None, looks))
    owned = answers._owned(Answer(page, "Page", "Said.", severity, "Do."), None)
    (step,) = answers.steps([owned])
    assert str(step.who) == who
