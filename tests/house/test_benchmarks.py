"""A benchmark that finds less than what was asked fails."""

import pytest

from benchmarks import suite
from benchmarks.suite import Took


@pytest.mark.parametrize(("seconds", "code"), [(2.9, 0), (6.0, 1)])
def test_a_suite_that_is_slower_than_asked_fails(monkeypatch, capsys, seconds, code):
    monkeypatch.setattr(suite, "by_command_lines", lambda *_: Took(10.0, 10.0))
    monkeypatch.setattr(suite, "timed", lambda *_, **__: Took(seconds, seconds))
    with pytest.raises(SystemExit) as ended:
        suite.main()
    assert ended.value.code == code
    assert f"Met: {not code}." in capsys.readouterr().out
