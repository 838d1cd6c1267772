"""Market data files written for a test. Fed by texts and columns; feeds the tests of market_data and of replay."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet

BARS_HEADER = "ts,symbol,open,high,low,close,volume"
TICKS_HEADER = "ts,symbol,price,quantity"
CUMULATIVE_HEADER = "timestamp,ltp,volume"


def written(path: Path, *lines: str) -> Path:
    """A CSV file of these lines, gzipped where its name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(f"{line}\n" for line in lines).encode()
    path.write_bytes(gzip.compress(content) if path.name.endswith(".gz") else content)
    return path


def parquet_file(path: Path, **columns: object) -> Path:
    """A Parquet file of these columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table(columns), path)
    return path
