"""Optional tables as files: what a run has cleaned once, given back to every notebook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from clv.errors import Message
from clv.tables import engine
from clv.tables.optional.facts import Facts
from clv.tables.periods import as_date

FOLDER = "tables"  # beside the purchases of the same run
ROWS, ASIDE, KNOWN = "rows.parquet", "quarantine.parquet", "facts.json"


def save(tables: Mapping[str, Facts], folder: str | Path) -> None:
    """Write optional tables and their accounts so that `read(folder)` gives them back."""
    for name, facts in tables.items():
        place = Path(folder) / FOLDER / name
        place.mkdir(parents=True, exist_ok=True)
        rows = facts.table.order_by(*facts.table.columns)
        pq.write_table(rows.to_pyarrow(), place / ROWS, compression="zstd")
        facts.quarantine.to_parquet(place / ASIDE, index=False)
        known = {
            "as_of": facts.as_of.isoformat(),
            "source": facts.source,
            "rows": dict(facts.rows),
            "account": facts.account.to_dict("records"),
            "messages": [asdict(message) for message in facts.messages],
            "input_hashes": dict(facts.input_hashes),
        }
        text = json.dumps(known, indent=1, ensure_ascii=False)
        (place / KNOWN).write_text(text + "\n", encoding="utf-8")


def read(folder: str | Path) -> dict[str, Facts]:
    """What `save` has written; nothing where the study had no optional table."""
    places = sorted(path.parent for path in Path(folder).glob(f"{FOLDER}/*/{KNOWN}"))
    return {place.name: _read(place) for place in places}


def _read(place: Path) -> Facts:
    """One table."""
    known = json.loads((place / KNOWN).read_text(encoding="utf-8"))
    table = engine.of_parquet(engine.connect(), "facts", [str(place / ROWS)])
    return Facts(
        name=place.name,
        table=table.drop(*engine.PARQUET_OWN),
        as_of=as_date(known.pop("as_of")),
        account=pd.DataFrame(known.pop("account")),
        quarantine=pd.read_parquet(place / ASIDE),
        messages=tuple(Message(**entry) for entry in known.pop("messages")),
        **known,
    )
