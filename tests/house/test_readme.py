"""The README shows what there is: its study can be read, its commands can be typed."""

import re
import shlex
from pathlib import Path

import click
import pytest

from clv.cli import main
from clv.study import Study

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
TYPED = [
    shlex.split(line.partition("   #")[0], comments=True)
    for kind, block in BLOCKS
    for line in block.splitlines()
    if kind == "" and line.startswith("clv ")
]


def test_the_study_that_it_shows_can_be_read(tmp_path):
    (shown,) = [block for kind, block in BLOCKS if kind == "yaml"]
    (tmp_path / "study.yml").write_text(shown, encoding="utf-8")
    assert Study.read(tmp_path / "study.yml").sector == "ecommerce"


@pytest.mark.parametrize("words", TYPED, ids=" ".join)
def test_a_command_that_it_shows_can_be_typed(words):
    _, name, *rest = words
    command = main.commands[name]
    if "$?" in rest:
        rest[rest.index("$?")] = "0"
    with click.Context(command, info_name=name) as context:
        command.parse_args(context, rest)


def test_every_command_is_shown():
    assert {words[1] for words in TYPED} == set(main.commands)


def test_every_exit_code_of_an_error_is_explained():
    from clv import errors

    told = {int(code) for code in re.findall(r"^\| (\d+)(?:, \d+)? \|", TEXT, re.MULTILINE)}
    raised = {kind.exit_code for kind in vars(errors).values() if hasattr(kind, "exit_code")}
    assert raised <= told


def test_every_link_to_a_file_leads_to_one():
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", TEXT) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
