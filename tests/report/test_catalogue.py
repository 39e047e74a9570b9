import json
from gettext import c2py

import pytest
from babel import Locale
from babel.messages.catalog import Message

from clv.report import catalogue, languages

CODE = """
KEY = {message("Counted"): GREY}
WHY: Final[Messages] = {"many": "too many", "days": ("day", "days")}
Text("The top {part}", {"part": Share(0.1)})
Text("{count} row", plural="{count} rows", count=3)
style.say(ax, title, x="rows" if whole else "share", y="")
print("not said"); ax.text(0, 0, shown); words.text(known)
"""
CELL = """report.chart(plots.lorenz, curve, alt="A curve.", caption="What to "
    "see.")
report.headline("total", total, label="In all", unit="USD")
report.check("No month is empty", passed=True, detail=words.Text("none of {n}", counted))
report.table(table, caption="Numbers.", labels={"low": "At least"})"""
TEMPLATE = """<p>{{ say("Next step") }} {{ tell("as of {day}", day=day(as_of)) }} {{ name }}</p>"""


@pytest.fixture(scope="module")
def found():
    return catalogue.collect()


@pytest.fixture
def project(tmp_path):
    """A folder laid out like ours, with one file of each kind."""
    cells = [
        {"cell_type": "markdown", "source": ["# Who buys?\n", "\n", "Read on."]},
        {"cell_type": "code", "source": CELL},
    ]
    files = {
        "notebooks/00_one.ipynb": json.dumps({"cells": cells}),
        "clv/report/plots/one.py": CODE,
        "clv/report/template/one/page.html.j2": TEMPLATE,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def locales(tmp_path, monkeypatch):
    monkeypatch.setattr(languages, "LOCALES", tmp_path / "locale")
    languages._load.cache_clear()
    yield
    languages._load.cache_clear()


# What is collected --------------------------------------------------------------------------


def test_whatever_is_said_is_collected_in_the_order_of_the_files(project):
    assert [message.id for message in catalogue.collect(project) if message.id] == [
        "# Who buys?\n\nRead on.",
        "A curve.",
        "What to see.",
        "In all",
        "No month is empty",
        "none of {n}",
        "Numbers.",
        "At least",
        "Counted",
        "too many",
        ("day", "days"),
        "The top {part}",
        ("{count} row", "{count} rows"),
        "rows",
        "share",
        "Next step",
        "as of {day}",
    ]


def test_a_template_that_cannot_be_read_is_an_error_and_not_a_gap(project):
    page = project / "clv/report/template/one/page.html.j2"
    page.write_text("{{ say('Next", encoding="utf-8")
    with pytest.raises(Exception, match="unexpected"):
        catalogue.collect(project)


# Catalogues ---------------------------------------------------------------------------------


def test_the_same_messages_make_the_same_bytes(project, locales):
    found = catalogue.collect(project)
    catalogue.update("tr", found)
    before = catalogue.path_of("tr").read_bytes()
    catalogue.update("tr", found)
    assert catalogue.path_of("tr").read_bytes() == before
    assert b"Date" not in before
    assert b"#: notebooks/00_one.ipynb\n" in before


def test_a_translation_is_kept_and_one_of_a_changed_sentence_is_to_be_looked_at(project, locales):
    begun = catalogue.update("tr", catalogue.collect(project))
    begun["Numbers."].string, begun["What to see."].string = "Sayılar.", "Görülecek."
    catalogue.write("tr", begun)
    notebook = project / "notebooks/00_one.ipynb"
    notebook.write_text(notebook.read_text().replace("What to ", "What we "), encoding="utf-8")
    updated = catalogue.update("tr", catalogue.collect(project))
    assert updated["Numbers."].string == "Sayılar."
    assert updated["What we see."].fuzzy
    assert "What to see." not in updated
    languages._load.cache_clear()
    assert languages.Words.of("tr").text("What we see.") == "What we see."


@pytest.mark.parametrize("language", ["tr", "ar", "en"])
def test_the_plural_rules_are_those_of_the_language(language):
    head = catalogue.header(language)
    form = c2py(head.split("plural=", 1)[1].split(";")[0])
    rule = Locale.parse(language).plural_form
    tags = [
        tag
        for tag in ("zero", "one", "two", "few", "many", "other")
        if tag in {*rule.tags, "other"}
    ]
    assert [form(n) for n in range(120)] == [tags.index(rule(n)) for n in range(120)]


# What is left to do -------------------------------------------------------------------------


def faults_of(english, translated, **flags):
    return catalogue.faults_of(Message(english, translated, **flags))


def test_what_is_wrong_with_a_translation_is_said():
    assert faults_of("Next step", "Sonraki adım") == []
    assert (
        faults_of("Next step", "") == faults_of(("day", "days"), ("gün", "")) == ["not translated"]
    )
    assert faults_of("Next step", "Sonraki", flags=["fuzzy"]) == ["fuzzy"]
    assert faults_of("{n} of {m}", "{m}") == faults_of("{n}", "{n} {x}") == ["other placeholders"]


@pytest.mark.parametrize(
    ("english", "translated"),
    [
        ("## A\n\ntext", "# A\n\nmetin"),
        ("with $x^2$", "ile $x^3$"),
        ("say `clv run`", "`clv koş` deyin"),
        ("see [this](a.ipynb)", "[şuna](b.ipynb) bakın"),
        ("- one\n- two", "- bir iki"),
    ],
)
def test_markdown_keeps_its_headings_formulas_code_lists_and_links(english, translated):
    assert faults_of(english, translated) == ["other Markdown"]


def test_a_form_for_one_or_two_need_not_say_the_count():
    forms = ("لا صفوف", "صف واحد", "صفان", "{count} صفوف", "{count} صفًا", "{count} صف")
    assert faults_of(("{count} row", "{count} rows"), forms) == []
    assert faults_of(("{count} row of {n}", "{count} rows of {n}"), ("صف", "{count} من {n}")) == [
        "other placeholders"
    ]


@pytest.mark.parametrize("language", ["tr", "ar"])
def test_every_message_of_a_page_is_translated(found, language):
    left = catalogue.faults(catalogue.read(language), found)
    assert left == [], f"{len(left)} to do; python -m clv.report.catalogue lists them"
