import json
from dataclasses import replace

import pandas as pd
import pytest

import clv
from clv import scoring
from clv.customers.outlook import outlook
from clv.report import answers
from clv.report.answer import WITHHELD
from clv.report.answers import ANSWERS, PAGES, Base
from clv.report.words import Words
from clv.runs import notebooks

TOO_FEW = (
    "Only 12 repeat buyers (on more than one day); a model needs 50. "
    "Segments and stages are shown without values."
)


@pytest.fixture(scope="module")
def base():
    log = clv.load("cdnow-sample")
    scored = scoring.score(log)
    given = (scored.customers, scored.purchases, scored.spend, scored.rolling)
    return Base(log, scored, scored.life, outlook(log, *given))


@pytest.fixture(scope="module")
def computed(base):
    return answers.answers("", base)


@pytest.fixture
def results(tmp_path):
    """What a run hands over: two pages that have spoken, in two languages."""

    def said(answer, step, detail):
        page = {"notebook": "01_customer_base", "title": "Who buys?", "answer": answer}
        other = {"notebook": "08_own", "title": "What of ours?", "answer": "Ours.", "next_step": ""}
        lead = {"notebook": "01_customer_base", "lead": True, "severity": "watch"}
        check = {"notebook": "08_own", "name": "ours", "passed": False, "detail": detail}
        return {
            "pages": [{**page, "next_step": step}, other],
            "findings": [{**lead, "lead": False, "severity": "act"}, lead],
            "checks": [check],
        }

    turkish = said("Yarısı bir kez aldı.", "Yazın.", "olmadı")
    found = said("Half bought once.", "Write.", "missed")
    found |= {"languages": ["en", "tr"], "translations": {"tr": turkish}}
    (tmp_path / "results.json").write_text(json.dumps(found), encoding="utf-8")
    return tmp_path


def test_every_page_of_the_suite_but_this_one_is_told():
    stems = [found.stem for found in notebooks.find(notebooks.folder_of(None))]
    assert list(ANSWERS) == list(PAGES) == stems[:-1]


def test_run_alone_every_page_answers(computed):
    assert [answer.page for answer in computed] == list(PAGES)
    assert not any(answer.left_out for answer in computed)
    assert all(str(answer.said) for answer in computed)
    assert sum(len(answer.checks) for answer in computed) == 5


def test_what_a_page_has_said_is_quoted_in_each_language(results, base):
    without = replace(base, scored=refused(base), outlook=None)
    told = {answer.page: answer for answer in answers.answers(results, without)}
    page = told["01_customer_base"]
    assert str(page.said) == "Half bought once."
    assert page.said.render(Words.of("tr")) == "Yarısı bir kez aldı."
    assert (page.severity, str(page.next_step)) == ("watch", "Write.")
    own = told["08_own"]
    assert (str(own.name), own.severity, own.next_step) == ("What of ours?", "info", None)
    assert own.failed[0].detail.render(Words.of("tr")) == "olmadı"


def test_pages_that_need_a_model_say_why_they_are_left_out(base):
    told = answers.answers("", replace(base, scored=refused(base), outlook=None))
    gone = [answer for answer in told if answer.left_out]
    assert [answer.page[:2] for answer in gone] == ["03", "04", "05", "06"]
    assert {str(answer.said) for answer in gone} == {TOO_FEW}


def test_a_log_of_one_day_leaves_the_lifecycle_out_with_its_reason():
    days = pd.DataFrame({"customer_id": list("abcdef"), "date": "2024-03-01", "amount": 5.0})
    log = clv.load(days)
    scored = scoring.score(log)
    told = {one.page: one for one in answers.answers("", Base(log, scored, scored.life, None))}
    page = told["07_lifecycle_stages"]
    assert page.left_out
    assert str(page.said).startswith("The history is one day long")
    assert page.said.render(Words.of("tr")) != str(page.said)


def refused(base):
    """The same customers, where no model could be fitted."""
    facts = base.scored.customers.drop(columns=["clv", "p_alive"])
    return scoring.Scored(facts, None, None, None, TOO_FEW)


def test_the_table_has_a_row_a_page(computed):
    table = answers.table(computed)
    assert [str(name) for name in table.index] == list(PAGES.values())
    assert str(table["checks"].iloc[0]) == "3 passed"
    failed = replace(computed[0], checks=(replace(computed[0].checks[0], passed=False),))
    assert str(answers.table([failed])["checks"].iloc[0]) == "1 failed"


def test_pages_left_out_for_one_reason_share_a_row(computed):
    gone = [replace(answer, severity=WITHHELD, said="Too few.") for answer in computed[3:6]]
    table = answers.table([*computed[:3], *gone, replace(gone[0], said="Too short.")])
    assert list(table["checks"].map(str))[3:] == ["left out", "left out"]
    assert list(table["answer"].map(str))[3:] == ["Too few.", "Too short."]
    assert table.index[3].render(Words.of("en")) == "Purchases, Spend, and Holdout check"


def test_only_what_somebody_must_do_is_a_step(computed):
    steps = answers.steps(computed)
    assert {step.found.severity for step in steps} <= {"act", "watch"}
    calm = [replace(answer, severity="info") for answer in computed]
    assert answers.steps(calm) == []
    assert isinstance(steps[0].found.evidence, pd.DataFrame)


@pytest.mark.slow
def test_a_page_says_the_same_when_it_is_read_and_when_it_is_computed(tmp_path, computed):
    """The other notebooks, run, against what is computed here without them."""
    from clv.runs import suite
    from clv.runs.orders import Request

    study = tmp_path / "study.yml"
    study.write_text("name: sample\ntransactions: cdnow-sample\n", encoding="utf-8")
    only = tuple(page[:2] for page in PAGES)
    outcome = suite.run(Request(study, out=tmp_path / "reports", only=only))
    found = json.loads((outcome.run / "results.json").read_text(encoding="utf-8"))
    ran = {page["notebook"]: page["answer"] for page in found["pages"]}
    assert ran == {answer.page: str(answer.said) for answer in computed}
    checked = {(check["notebook"], check["name"], check["passed"]) for check in found["checks"]}
    assert checked == {(a.page, c.name, c.passed) for a in computed for c in a.checks}
