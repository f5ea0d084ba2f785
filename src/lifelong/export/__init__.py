"""Files that office programs open safely: CSV, Parquet and XLSX with no cell that runs as a formula."""

from lifelong.export.cells import TRIGGERS, escaped, unescaped
from lifelong.export.writers import csv, parquet, write, xlsx

__all__ = ["TRIGGERS", "csv", "escaped", "parquet", "unescaped", "write", "xlsx"]
