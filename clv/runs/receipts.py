"""What has been told to whom: delivered.json, beside the runs of a study.

It names the environment variables in which the addresses stand, and never an address: the second
of two in CLV_DELIVER_TO is "Address 2 in CLV_DELIVER_TO".
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clv.runs import folders, index, publishing
from clv.runs.folders import Found

NAME = "delivered.json"


def telling(found: Found, state: str) -> dict[str, Any]:
    """What makes the message about the last run another one than the message before it.

    A report is told by its run; trouble by its day, its codes and the report that stays. Nothing
    tells a run that ended without a word from another such run: each of them is news.
    """
    if state == "ok":
        return {"report": found.run.name}
    if state not in index.TROUBLE:
        return {}
    codes = [m["code"] for m in found.last_run["messages"] if m["level"] == "error"]
    trouble = {
        "state": state,
        "exit_code": found.last_run.get("exit_code"),
        "day": found.last_day.isoformat(),
        "codes": codes,
        "stands": found.run.name if found.run else None,
    }
    return {"trouble": trouble}


def has(home: Path, name: str, tells: Mapping[str, Any]) -> bool:
    """Whether an address, by its name, has been told exactly this."""
    return bool(tells) and tells.items() <= _kept(home, name).items()


def keep(home: Path, name: str, tells: Mapping[str, Any]) -> None:
    """Keep what an address has been told: the last report, and the last trouble."""
    if not tells:
        return
    with publishing.locked(home):  # others may be told of the same report at once
        every = dict(folders.content(home / NAME))
        publishing.write_json(home / NAME, every | {name: _kept(home, name) | tells})


def _kept(home: Path, name: str) -> dict[str, Any]:
    """What an address has been told so far; nothing where that cannot be read."""
    kept = folders.content(home / NAME).get(name)
    return kept if isinstance(kept, dict) else {}
