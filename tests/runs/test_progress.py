"""Bars on a terminal, lines elsewhere, JSON for machines; always on stderr."""

import json

import pytest

from clv.runs.execution import Step
from clv.runs.progress import shown

STEPS = [Step("read and clean", 0, 1, 0.0), Step("read and clean", 1, 1, 0.5)]
STEPS += [Step("00_speaks", 1, 2, 1.0), Step("00_speaks", 2, 2, 2.0)]


@pytest.fixture
def written(capsys):
    """What a way of showing progress writes to stderr; stdout belongs to the results."""

    def written(kind: str) -> str:
        with shown(kind) as show:
            for step in STEPS:
                show(step)
        out, err = capsys.readouterr()
        assert out == ""
        return err

    return written


def test_elsewhere_than_on_a_terminal_each_end_is_a_line(written):
    assert written("plain") == written("auto")
    assert written("plain").splitlines() == ["read and clean: 0.5 s", "00_speaks: 2 cells, 2.0 s"]


def test_machines_get_every_step(written):
    lines = [json.loads(line) for line in written("json").splitlines()]
    assert lines[2] == {"what": "00_speaks", "done": 1, "of": 2, "seconds": 1.0}
    assert len(lines) == len(STEPS)


def test_a_bar_for_each_part(written):
    bars = written("bar")
    assert "read and clean" in bars
    assert "00_speaks" in bars
    assert "2/2" in bars
