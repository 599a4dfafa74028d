"""Results changed by hand as a forger changes them: whatever is changed, the checksums are right."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def doctor(path: Path, table: pa.Table | bytes, **manifest: Any) -> None:
    """Put another table, or bytes, in the place of a result's, and make the manifest vouch for it."""
    if isinstance(table, bytes):
        path.write_bytes(table)
    else:
        pq.write_table(table, path)
        manifest = {"rows": len(table), **manifest}
    known = json.loads(path.with_suffix(".json").read_text())
    known |= {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), **manifest}
    path.with_suffix(".json").write_text(json.dumps(known))


def put(table: pa.Table, name: str, values: Any) -> pa.Table:
    """A table with other values in a column: a list of them, or one for all rows."""
    index = table.schema.get_field_index(name)
    listed = values if isinstance(values, list) else [values] * len(table)
    return table.set_column(index, table.schema.field(index), pa.array(listed, table.schema.field(index).type))


def with_first(table: pa.Table, name: str, value: Any) -> pa.Table:
    """A table with another value in the first row of a column."""
    return put(table, name, [value, *table[name].to_pylist()[1:]])
