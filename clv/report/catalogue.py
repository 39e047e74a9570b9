"""Every message that a page can show, collected for the translators.

`python -m clv.report.catalogue` brings the catalogues in `locale/` up to date with the notebooks,
the code and the templates, and says what is left to translate; with codes of languages, those only,
and a new one is begun. A sentence that has changed keeps its old translation, marked fuzzy: it is
not used until somebody has looked at it and taken the mark away.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from babel.plural import to_gettext
from jinja2.ext import babel_extract

from clv.report import languages

ROOT = Path(__file__).parents[2]
SOURCES = (
    "notebooks/*.ipynb",
    "clv/report/**/*.py",
    "clv/runs/*.py",
    "clv/report/template/**/*.j2",
)
WIDTH = 100
TEMPLATE_CALLS = {"say": (1,), "tell": (1,)}

DICTS = "Messages"  # the annotation of a dict whose values are messages

# Calls whose sentences are messages, and which of their arguments hold them.
CALLS: dict[str, tuple[int | str, ...]] = {
    "message": (0,),
    "Text": (0, "template"),
    "text": (0,),
    "said": (0,),
    "headline": ("label",),
    "chart": ("alt", "caption", "title", "x", "y"),
    "table": ("caption", "labels"),
    "check": (0, "name", "detail"),
    "say": (1, "title", "x", "y"),
    "no_data": (1, "title"),
    "note": (1, "text"),
}

NAMED = re.compile(r"{(\w+)}")
KEPT = [
    re.compile(pattern, re.MULTILINE)
    for pattern in (r"^#+ ", r"\$[^$]+\$", r"`[^`]+`", r"^(?:[-*]|\d+\.) ", r"\]\([^)]*\)")
]

Id = str | tuple[str, str]  # a message, or a singular with its plural


# What there is to say ------------------------------------------------------------------------


def collect(root: Path = ROOT) -> Catalog:
    """Every message below a folder laid out like ours, in the order of its files."""
    found = Catalog(charset="utf-8")
    for pattern in SOURCES:
        for path in sorted(root.glob(pattern)):
            place = [(path.relative_to(root).as_posix(), 0)]
            for message in _messages(path):
                notes = ["Markdown."] if path.suffix == ".ipynb" and "\n" in message else []
                found.add(message, locations=place, auto_comments=notes)
    return found


def _messages(path: Path) -> Iterator[Id]:
    text = path.read_text(encoding="utf-8")
    match path.suffix:
        case ".ipynb":
            return in_notebook(text)
        case ".j2":
            return in_template(text)
    return in_python(text)


def in_notebook(text: str) -> Iterator[Id]:
    """Each cell of prose as one message, and what the code cells say."""
    for cell in json.loads(text)["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield source
        elif cell["cell_type"] == "code":
            yield from in_python(source)


def in_template(text: str) -> Iterator[Id]:
    """What a template says or tells."""
    lines = BytesIO(text.encode("utf-8"))
    options = {"silent": "false"}
    for _, message, _, _ in extract(babel_extract, lines, TEMPLATE_CALLS, options=options):
        yield message


def in_python(text: str) -> Iterator[Id]:
    """The literals that are said in Python, in the order they are written in.

    >>> list(in_python('Text("{count} row", plural="{count} rows", count=n); print("no")'))
    [('{count} row', '{count} rows')]
    """
    nodes = [node for node in ast.walk(ast.parse(text)) if hasattr(node, "lineno")]
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
        match node:
            case ast.Call():
                yield from _said(node)
            case ast.AnnAssign() if DICTS in ast.unparse(node.annotation):
                yield from _literals(node.value)


def _said(call: ast.Call) -> Iterator[Id]:
    """The messages among the arguments of a call."""
    given = dict(enumerate(call.args)) | {word.arg: word.value for word in call.keywords}
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    match given.get(0), given.get("plural"):
        case ast.Constant(value=str(one)), ast.Constant(value=str(many)) if name == "Text":
            yield one, many
        case _:
            for place in CALLS.get(name, ()):
                yield from _literals(given.get(place))


def _literals(node: ast.expr | None) -> Iterator[Id]:
    """The sentences that an argument may be: a literal, either of two, or the values of a dict."""
    match node:
        case ast.Constant(value=str(sentence)) if sentence:
            yield sentence
        case ast.Tuple(elts=[ast.Constant(value=str(one)), ast.Constant(value=str(many))]):
            yield one, many
        case ast.IfExp(body=yes, orelse=no):
            yield from _literals(yes)
            yield from _literals(no)
        case ast.Dict(values=values):
            for value in values:
                yield from _literals(value)


# Catalogues ----------------------------------------------------------------------------------


HEADER = """\
# {name}: what the pages of clv say. `python -m clv.report.catalogue` brings it up to date.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {forms}\\n"

"""  # nothing in it changes from day to day


def path_of(language: str) -> Path:
    """Where a language's catalogue stands."""
    return languages.LOCALES / language / "LC_MESSAGES" / "clv.po"


def header(language: str) -> str:
    """The head of a catalogue: its language and, from CLDR, its plural rules."""
    locale = Locale.parse(language)
    forms = to_gettext(locale.plural_form)
    return HEADER.format(name=locale.english_name, language=language, forms=forms)


def read(language: str) -> Catalog:
    """A language's catalogue as it stands; an empty one where there is none yet."""
    path = path_of(language)
    text = path.read_bytes() if path.exists() else header(language).encode()
    return read_po(BytesIO(text), locale=language)


def update(language: str, found: Catalog) -> Catalog:
    """Bring a language's catalogue up to date with what there is to say."""
    catalogue = read(language)
    catalogue.update(found, update_creation_date=False)
    write(language, catalogue)
    return catalogue


def write(language: str, catalogue: Catalog) -> None:
    """Write a language's catalogue: same messages, same bytes."""
    body = BytesIO()
    options = {"omit_header": True, "ignore_obsolete": True, "include_lineno": False}
    write_po(body, catalogue, width=WIDTH, **options)
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header(language).encode() + body.getvalue())


# What is left to do --------------------------------------------------------------------------


def faults(catalogue: Catalog, found: Catalog) -> list[str]:
    """What keeps a catalogue from being complete, a line for each fault."""
    said, known = ([one for one in some if one.id] for some in (found, catalogue))
    missing = [f"not in the catalogue: {one.id!r}" for one in said if one.id not in catalogue]
    stale = [f"said no more: {one.id!r}" for one in known if one.id not in found]
    wrong = [f"{fault}: {one.id!r}" for one in known for fault in faults_of(one)]
    return missing + stale + wrong


def faults_of(message: Message) -> list[str]:
    """What is wrong with one translation."""
    english, texts = _forms(message.id), _forms(message.string)
    if not all(texts):
        return ["not translated"]
    found = ["fuzzy"] if message.fuzzy else []
    found += [] if _same_names(english, texts) else ["other placeholders"]
    found += [] if {*map(_kept, texts)} == {*map(_kept, english)} else ["other Markdown"]
    return found


def _forms(text: str | Iterable[str] | None) -> list[str]:
    """The forms of a message or of its translation: one, or one for each plural."""
    return [text or ""] if text is None or isinstance(text, str) else [*text]


def _same_names(english: list[str], texts: list[str]) -> bool:
    """Whether each text holds exactly the values of the English one.

    "One customer", "two customers" need not say the count in languages that have such forms.
    """
    named = set(NAMED.findall(english[-1]))
    free = {"count"} if len(english) > 1 else set()
    return all(named - free <= set(NAMED.findall(text)) <= named for text in texts)


def _kept(text: str) -> tuple[tuple[str, ...], ...]:
    """What a translation must keep of Markdown: headings, formulas, code, lists, links."""
    return tuple(tuple(sorted(pattern.findall(text))) for pattern in KEPT)


def main(named: Iterable[str]) -> None:
    """Bring the catalogues of some languages, or all, up to date; say what is left."""
    found = collect()
    for language in named or languages.available()[1:]:
        left = faults(update(language, found), found)
        print(f"{path_of(language)}: {len(found)} messages, {len(left)} to do")  # noqa: T201
        print("".join(f"  {fault}\n" for fault in left), end="")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
