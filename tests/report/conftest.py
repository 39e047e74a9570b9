"""Two languages for the tests, of two sentences each."""

import pytest

from clv.report import languages
from clv.report.words import Words

CATALOGUE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: {forms}\\n"

msgid "The top {{part}} hold {{held}}."
msgstr "{{held}}: {{part}}"

msgid "{{count}} customer left."
msgid_plural "{{count}} customers left."
msgstr[0] "{{count}} giden"
{more}
"""


@pytest.fixture
def english():
    return Words.of("en")


@pytest.fixture
def catalogues(tmp_path, monkeypatch):
    """Turkish and Arabic of two sentences."""
    forms = {
        "tr": ("nplurals=1; plural=0;", ""),
        "ar": ("nplurals=2; plural=n!=1;", 'msgstr[1] "{count} غادروا"'),
    }
    for language, (plural, more) in forms.items():
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        text = CATALOGUE.format(forms=plural, more=more)
        (folder / "clv.po").write_text(text, encoding="utf-8")
    monkeypatch.setattr(languages, "LOCALES", tmp_path)
    languages._load.cache_clear()
    yield
    languages._load.cache_clear()
