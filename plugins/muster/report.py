"""report.html: the night on one page."""

import duckdb

from muster.candidate import Candidate


def write(connection: duckdb.DuckDBPyConnection, candidate: Candidate) -> None:
    (candidate.folder / "report.html").write_text("<!doctype html><title>Muster</title>")
