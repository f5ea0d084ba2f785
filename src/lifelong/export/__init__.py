"""Files that office programs open safely: CSV, Parquet and XLSX with no cell that runs as a formula."""

from lifelong.export.cells import TRIGGERS, escaped, unescaped
from lifelong.export.writers import csv, csv_text, parquet, write, xlsx

__all__ = ["TRIGGERS", "csv", "csv_text", "escaped", "parquet", "unescaped", "write", "xlsx"]
