"""Parameters are read as Python and refused before any kernel starts."""

import ast
from pathlib import Path

import papermill
import pytest

from clv.errors import BadParameter, UnknownParameter, UsageError
from clv.models import profile
from clv.runs import notebooks, parameters
from clv.runs.parameters import Parameter
from clv.study import Study

CELL = """# What to look at
transactions: str = "cdnow # not a comment"  # what to read
columns: dict = {
    "date": "Buy Ts",
}  # our names to the source's
top: int = 10  # how many
rate: float = -0.5  # any number
deep: bool = True
kinds: list = ["a", "b"]  # in this order
model: str = "auto"  # one of: auto, bgnbd, mbgnbd
"""


@pytest.fixture(scope="module")
def declared() -> dict[str, Parameter]:
    return {p.name: p for p in parameters.read(CELL)}


# Reading


def test_a_cell_is_read_as_python_reads_it(declared):
    assert " ".join(declared) == "transactions columns top rate deep kinds model"
    assert declared["transactions"].default == "cdnow # not a comment"
    assert declared["columns"].default == {"date": "Buy Ts"}
    assert declared["rate"].default == -0.5
    assert " ".join(p.kind for p in declared.values()) == "str dict int float bool list str"


def test_the_comment_is_the_help(declared):
    assert declared["transactions"].help == "what to read"
    assert declared["columns"].help == "our names to the source's"
    assert declared["deep"].help == ""


def test_choices_stand_in_the_help(declared):
    assert declared["model"].choices == ("auto", "bgnbd", "mbgnbd")
    assert declared["top"].choices == ()


@pytest.mark.parametrize(
    "line",
    [
        "top = 10",
        "top: int",
        "top: int = 5 + 5",
        "top: int = 'ten'",
        "top: float | None = None",
        "day: date = '2024-12-31'",
        "import os",
    ],
)
def test_a_line_that_is_no_plain_parameter_is_refused_with_its_number(line):
    with pytest.raises(BadParameter, match="03_x: line 2 of its parameters cell must read"):
        parameters.read(f"horizon: str = '12M'\n{line}", where="03_x")


def test_a_cell_that_is_no_python_is_refused():
    with pytest.raises(BadParameter, match="not Python"):
        parameters.read("top: int = ")


HERE = Path(__file__).parent
FILES = [*HERE.glob("notebooks/*.ipynb"), *HERE.parents[1].glob("notebooks/*.ipynb")]


@pytest.mark.parametrize("file", sorted(FILES), ids=lambda path: path.stem)
def test_papermill_sees_exactly_what_we_see(file):
    found = {notebook.path: notebook.parameters for notebook in notebooks.find(file.parent)}
    ours = [(p.name, p.kind, p.default, p.help) for p in found[file]]
    theirs = [
        (p["name"], p["inferred_type_name"], ast.literal_eval(p["default"]), p["help"])
        for p in papermill.inspect_notebook(file).values()
    ]
    assert theirs == ours


# Converting


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("str", "007", "007"),
        ("str", "true", "true"),
        ("str", "1e5", "1e5"),
        ("int", "-12", -12),
        ("float", "1e-2", 0.01),
        ("float", "3", 3.0),
        ("bool", "True", True),
        ("bool", "false", False),
        ("list", '["a", "007"]', ["a", "007"]),
        ("dict", '{"date": "Buy Ts"}', {"date": "Buy Ts"}),
    ],
)
def test_a_text_becomes_what_the_annotation_says(kind, text, value):
    converted = parameters.from_text(Parameter("it", kind, None), text)
    assert converted == value
    assert type(converted) is type(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("int", "1_000"),
        ("int", "12.0"),
        ("int", "١٢"),
        ("int", "ten"),
        ("float", "nan"),
        ("float", "inf"),
        ("float", "1,5"),
        ("bool", "yes"),
        ("list", '{"a": 1}'),
        ("dict", "[date]"),
    ],
)
def test_a_text_is_never_guessed_at(kind, text):
    with pytest.raises(BadParameter, match="`it` must be"):
        parameters.from_text(Parameter("it", kind, None), text)


# Checking


def test_unknown_parameter_suggests_the_near_one():
    with pytest.raises(UnknownParameter, match=r"06_value has no .*Did you mean `horizon`\?"):
        parameters.raise_all(
            parameters.faults(
                {"horizont": "52W"}, parameters.read('horizon: str = "12M"'), "06_value"
            )
        )


def test_all_faults_are_named_at_once(declared):
    given = {"topp": 3, "top": "ten", "rate": True, "model": "pareto", "deep": 1}
    with pytest.raises(UsageError) as caught:
        parameters.raise_all(parameters.faults(given, declared.values(), "06_value"))
    for said in [
        "no parameter `topp`",
        "`top` must be a whole number; got 'ten'",
        "`rate` must be a number such as 0.10; got True",
        "`model` must be one of `auto`, `bgnbd`, `mbgnbd`; got 'pareto'",
        "`deep` must be true or false; got 1",
    ]:
        assert said in str(caught.value)


def test_a_fault_of_many_notebooks_is_named_once():
    fault = BadParameter("`horizon` must be longer.")
    with pytest.raises(BadParameter) as caught:
        parameters.raise_all([fault, BadParameter(str(fault))])
    assert str(caught.value) == str(fault)


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("format", "{delim: ';'}", "Did you mean `delimiter`?"),
        ("columns", "{foo: a}", "`columns` has no parameter `foo`"),
        ("transactions", "{database: 'postgresql://u:S3CRET@h/d'}", "`transactions: database`"),
    ],
)
def test_a_fault_inside_a_mapping_is_a_fault_like_any_other(key, text, said):
    with pytest.raises(UsageError) as caught:
        Study.default().override({key: text})
    with pytest.raises(BadParameter) as raised:
        parameters.raise_all([caught.value, UsageError("And that.")])
    assert said in str(raised.value)
    assert "And that." in str(raised.value)
    assert "S3CRET" not in str(raised.value)


def test_good_values_pass(declared):
    given = {"top": 3, "rate": 1, "model": "bgnbd", "deep": False, "columns": {}, "kinds": []}
    parameters.raise_all(parameters.faults(given, declared.values(), "06_value"))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("horizon", "52", "'52W' or '52M'"),
        ("horizon", "0W", "longer than 0"),
        ("horizon", "twelve moons", "a length such as"),
        ("as_of", "2024-13-45", "a day such as"),
        ("unit", "M", "one of"),
        ("annual_discount_rate", 10, "did you mean 0.10"),
        ("annual_discount_rate", -0.1, "0 <= rate < 1"),
        ("interval", 0.0, "above 0 and at most 0.999"),
        ("interval", 0.9995, "above 0 and at most 0.999"),
        ("seed", -1, "from 0"),
    ],
)
def test_a_value_out_of_range_is_refused(name, value, said):
    faults = parameters.out_of_range({name: value})
    assert [type(fault) for fault in faults] == [BadParameter]
    assert said in str(faults[0])


def test_intervals_may_be_as_wide_as_the_models_trace_them():
    assert parameters.WIDEST_INTERVAL == profile.WIDEST
    assert parameters.out_of_range({"interval": profile.WIDEST}) == []


def test_an_end_date_must_follow_as_of():
    given = {"horizon": "2025-06-30", "as_of": "2024-12-31"}
    assert parameters.out_of_range(given) == []
    assert parameters.out_of_range(given | {"as_of": "2025-12-31"}) != []
    assert parameters.out_of_range(given | {"as_of": ""}) == []  # known only once the data is read
