import pytest
from jinja2 import UndefinedError

from clv.report import markup
from clv.report.words import Money, Words

ENGLISH = Words.of("en")


@pytest.fixture
def written():
    """A template of one line, written in English."""

    def written(source, **context):
        template = markup.environment().from_string(source)
        return template.render(**markup.globals_of(ENGLISH), **context)

    return written


def test_what_comes_from_data_is_escaped(written):
    assert written("{{ name }}", name="<script>") == "&lt;script&gt;"
    assert written("{{ tell('Dear {name}', name=name) }}", name="<b>") == "Dear &lt;b&gt;"


def test_values_are_told_in_the_language(written):
    assert written("{{ tell('{n} rows', n=1234) }}") == "1,234 rows"
    assert written("{{ tell('{sum} in all', sum=sum) }}", sum=Money(5000, "USD")) == "$5,000 in all"
    assert written("{{ day('1998-06-30') }}, {{ number(1e6) }}") == "June 30, 1998, 1,000,000"


def test_a_name_that_a_template_lacks_is_an_error_and_not_a_gap(written):
    with pytest.raises(UndefinedError, match="provenance"):
        written("{{ provenance }}")


@pytest.mark.parametrize("name", ["style.css", "pieces.css", "reports.css"])
def test_a_stylesheet_stands_in_the_page_unescaped_and_asks_for_nothing(name):
    sheet = markup.stylesheet(name)
    assert sheet.__html__() == sheet
    assert "url(" not in sheet
    assert "@import" not in sheet
