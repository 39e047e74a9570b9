"""What a study's stages rest on, learned at its first run and kept for every later one.

Both sides of a comparison must use the same thresholds, so they stand in a file beside the study's
own and are learned anew only on request.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clv.errors import InputRefused, Message, SourceUnreadable, UsageError, listed
from clv.runs import manifest, publishing
from clv.runs.orders import STUDY_FILE
from clv.stages.settings import Settings
from clv.study_keys import LOAD_KEYS

if TYPE_CHECKING:
    from clv.runs.inputs import Cleaned
    from clv.runs.orders import Request
    from clv.scoring import Scored
    from clv.stages.thresholds import Thresholds
    from clv.study import Study

NAME = "thresholds.json"  # beside study.yml; beside shop.yml it is shop.thresholds.json
ANEW = "`--refit` learns them anew."


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where a study keeps its thresholds, and those that it keeps already."""

    places: tuple[Path, ...]  # it is kept in the first of them that can be written; none: nowhere
    found: Thresholds | None = None
    origin: Mapping[str, Any] = field(default_factory=dict)  # of those that would be learned
    anew: bool = False  # whether those that are kept may be replaced

    @property
    def identity(self) -> str | None:
        """What tells these thresholds from others; None where these very inputs taught them."""
        if self.found is None:
            return None
        taught = {"inputs": self.origin["inputs"], "digest": self.known_by}
        return None if taught.items() <= self.found.origin.items() else self.known_by

    @property
    def known_by(self) -> str | None:
        """What the thresholds are known by that are kept already; None where none are."""
        return self.found and digest(self.found)

    def of_run(self, used: Thresholds) -> Thresholds:
        """Those that a run has used, with where they come from and what they were then."""
        if self.found is not None:
            return used
        return replace(used, origin={**self.origin, "digest": digest(used)})

    def learned_on(self, study: Study, cleaned: Cleaned) -> Keeping:
        """The same, with a digest of everything from which they would be learned today."""
        known = study.as_dict()
        made_of = {
            "inputs": dict(cleaned.input_hashes),
            "read": {key: known.get(key) for key in LOAD_KEYS},
            "as_of": cleaned.as_of.isoformat(),
            "settings": settings(study),
            "code": manifest.code_hash(),
        }
        return replace(self, origin={**self.origin, "inputs": _digest(made_of)})

    def keep(self, written: Path) -> tuple[Message, ...]:
        """Keep the thresholds that a run has published, where they are not kept yet."""
        wanted = self.found is None and self.places
        return (self._keep(publishing.read_json(written)),) if wanted else ()

    def keep_those_of(self, scored: Scored) -> tuple[Message, ...]:
        """Keep the thresholds by which customers were scored, where they are not kept yet."""
        wanted = self.found is None and self.places
        return (self._keep(asdict(self.of_run(scored.life.thresholds))),) if wanted else ()

    def _keep(self, content: Mapping[str, Any]) -> Message:
        for place in self.places:
            with suppress(OSError):
                place.parent.mkdir(parents=True, exist_ok=True)
                with publishing.locked(place.parent):  # of two first runs one keeps its own
                    if place.exists() and not self.anew:
                        return Message("warning", "thresholds-kept-meanwhile", _meanwhile(place))
                    publishing.write_json(place, content)
                text = f"What the stages rest on is kept in {place}, for every later run."
                return Message("info", "thresholds-kept", text)
        text = (
            f"What the stages rest on cannot be kept in {self.places[0]}: the next run learns it "
            "anew, and is compared with no earlier one. Grant access, or name another file: "
            "`thresholds`."
        )
        return Message("warning", "thresholds-not-kept", text)


def find(study: Study, request: Request, *, home: Path | None) -> Keeping:
    """The thresholds of a study, as far as it keeps any.

    `home` is the folder of its reports, where thresholds are kept that have no other place.
    """
    if study.summary:
        return Keeping(())
    places = _places(study, request, home)
    whose = study.name if request.study_file else study.source_name
    own = {"study": whose, "settings": settings(study)}
    there = next((place for place in places if place.is_file()), None)
    if there is None:
        return Keeping(places, origin=own)
    if request.refit:
        _refuse_to_replace(there)
        return Keeping(places, origin=own, anew=True)
    found = _read(there)
    if not study.thresholds:
        _refuse_foreign(found, there, whose)
    _refuse_changed(found, there, own["settings"])
    return Keeping(places, found, own)


def settings(study: Study) -> dict[str, Any]:
    """What the study and its sector declare of what the stages rest on."""
    return Settings.of(study.sector, study.settings).of_thresholds


def digest(thresholds: Thresholds) -> str:
    """What the thresholds are known by, wherever they come from."""
    return _digest(asdict(replace(thresholds, origin={})))


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _places(study: Study, request: Request, home: Path | None) -> tuple[Path, ...]:
    """Where to look for the thresholds and to keep them, in this order."""
    if request.by_hand:  # what other data teach is nothing to keep beside the study
        named = study.thresholds and study.folder / study.thresholds
        return (named,) if named and named.is_file() and not request.refit else ()
    spare = () if home is None else (home / NAME,)
    if study.thresholds:
        return (study.folder / study.thresholds, *spare)
    file = request.study_file
    if file is None:
        return spare
    own = NAME if file.name == STUDY_FILE else f"{file.stem}.{NAME}"
    return (file.parent / own, *spare)


def _meanwhile(place: Path) -> str:
    return (
        f"{place} was written while this run was under way, and is left as it is: later runs rest "
        f"on it, and are compared with this one only where both rest on the same. {ANEW}"
    )


def _read(path: Path) -> Thresholds:
    from clv.stages.thresholds import Thresholds  # with scipy: not where nothing is kept yet

    try:
        return Thresholds.from_json(path)
    except InputRefused as fault:
        raise type(fault)(f"{fault} {ANEW}") from None
    except OSError as fault:
        raise SourceUnreadable(f"{path} cannot be read: {fault.strerror}.") from None


def _refuse_to_replace(path: Path) -> None:
    """Refuse to write over what no run has kept here."""
    with suppress(OSError, ValueError):
        if {"limits", "fitted_at", "version"} <= set(publishing.read_json(path)):
            return
    raise UsageError(f"{path} holds no thresholds, and is left as it is: name another file.")


def _refuse_foreign(found: Thresholds, path: Path, wanted: str) -> None:
    known = found.origin.get("study", wanted)
    if known != wanted:
        raise UsageError(
            f"{path} holds the thresholds of {known}, and this is {wanted}. Name the file in the "
            f"study, `thresholds: {path.name}`, to use it all the same; {ANEW}"
        )


def _refuse_changed(found: Thresholds, path: Path, declared: Mapping[str, Any]) -> None:
    """Refuse thresholds under which what the study declares would be ignored."""
    then = {**asdict(Settings()), **found.origin.get("settings", declared)}
    changed = [name for name, value in declared.items() if then[name] != value]
    if changed:
        raise UsageError(
            f"The study declares another {listed(changed)} than the thresholds in {path} were "
            f"learned with. {ANEW}"
        )
