"""What is typed after a command, as what is meant; what cannot be meant is refused by name."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import click

from clv import passwords

YEAR = 31_536_000  # seconds


class _Seconds(click.FloatRange):
    """Some time that a clock can be set to."""

    def convert(self, value: Any, param: Any, ctx: Any) -> float:  # noqa: ANN401 -- as click has it
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):  # is in no range, and outside of none
            self.fail(f"{value} is no number of seconds.", param, ctx)
        return seconds


class _Place(click.Path):
    """Where something is going to be written: a folder or a file, with folders above it."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Path:  # noqa: ANN401 -- as click has it
        place = Path(value)
        if self.file_okay and os.path.isdir(place):
            self.fail(f"{place} is a folder; name a file.", param, ctx)
        for folder in (*place.parents, *(() if self.file_okay else (place,))):
            if os.path.exists(folder) and not os.path.isdir(folder):
                self.fail(f"{folder} is a file; name a folder.", param, ctx)
        return place


SECONDS = _Seconds(min=0, min_open=True, max=YEAR)
FOLDER = _Place(file_okay=False, path_type=Path)
FILE = _Place(dir_okay=False, path_type=Path)


def pairs(_ctx: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """`--set key=value …` as a dict of texts."""
    split = [text.partition("=") for text in given]
    for key, mark, value in split:
        if not (key and mark):
            shown = passwords.masked(key + value)
            raise click.BadParameter(f"write key=value, such as horizon=52W; got {shown!r}.")
    return {key.strip(): value for key, _, value in split}


def names(_ctx: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """`a,b`, or one at a time, as a tuple of names."""
    return tuple(name.strip() for name in ",".join(given).split(",") if name.strip())
