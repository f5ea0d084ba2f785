"""The report: one self-contained HTML file that a shop owner can read, made from the same values as all else."""
