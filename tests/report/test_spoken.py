import json

from clv.report import spoken
from clv.report.words import Words


def test_a_page_is_quoted_with_its_checks_in_each_language_of_the_run(tmp_path):
    page = {"notebook": "07_lifecycle_stages", "title": "Where?", "answer": "Here."}
    check = {"notebook": "07_lifecycle_stages", "name": "apart", "passed": True, "detail": "yes"}
    lead = {"notebook": "07_lifecycle_stages", "lead": True, "severity": "act"}
    english = {"pages": [{**page, "next_step": ""}], "findings": [lead], "checks": [check]}
    turkish = {
        **english,
        "pages": [{**page, "answer": "Burada.", "next_step": ""}],
        "checks": [{**check, "detail": "evet"}],
    }
    run = english | {"languages": ["en", "tr"], "translations": {"tr": turkish}}
    (tmp_path / "results.json").write_text(json.dumps(run), encoding="utf-8")
    (told,) = spoken.read(tmp_path)
    assert (str(told.name), told.severity, told.next_step) == ("Lifecycle", "act", None)
    assert told.said.render(Words.of("tr")) == "Burada."
    assert told.checks[0].detail.render(Words.of("tr")) == "evet"


def test_where_nothing_has_run_nothing_was_said(tmp_path):
    assert spoken.read("") == spoken.read(tmp_path) == []
