"""Runs suites of expectations/ against a candidate, with SQL pushdown, and builds their data docs."""

import json
import logging
import os
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from muster.engines.engine import AuditSource
from muster.errors import MusterError
from muster.offline import without_outside_references
from muster.quality.results import Check, check_of, safe_message, scrubbed

RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0, "exclude_unexpected_values": True}
# Stands in for the style sheets that the pages would load.
_STYLE = (
    "<style>body{font:15px/1.5 system-ui,sans-serif;max-width:1080px;margin:24px auto;padding:0 20px}"
    "table{border-collapse:collapse}td,th{padding:4px 12px 4px 0;border-bottom:1px solid #dfe3ea}"
    "footer{display:none}</style>"
)


def run_suites(audited: AuditSource, layer: str, suite_files: list[Path], docs: Path) -> list[Check]:
    """Validate each suite's table (its `meta.table`) of `layer`; writes data docs to `docs`.

    An expectation that raises counts as failed. Nothing that is kept holds a value of the data.
    """
    checks: list[Check] = []
    run_time = datetime.now(UTC)
    with _context(audited, docs) as (context, source):
        for file in suite_files:
            suite = context.suites.add(_load(file, audited.schemas))
            checks += _validate(context, source, suite, audited.schemas.get(layer, layer), run_time)
        context.build_data_docs()
    validated = {check.suite for check in checks if check.error is None}
    if len(list((docs / "validations").rglob("*.html"))) < len(validated):
        raise MusterError(f"the data docs in {docs} are incomplete", "see the log")
    _cut_outside_references(docs)
    return checks


def _validate(context: Any, source: Any, suite: Any, schema: str, run_time: datetime) -> list[Check]:
    table = suite.meta["table"]
    try:
        asset = source.add_table_asset(name=f"{schema}.{table}", table_name=table, schema_name=schema)
        batch = asset.add_batch_definition_whole_table("all").get_batch()
        result = batch.validate(suite, result_format=RESULT_FORMAT)
    except Exception as error:  # noqa: BLE001 - whatever it was, every check of the suite has failed
        message = safe_message(f"{type(error).__name__}: {error}")
        return [check_of(e.configuration, suite.name, table, False, message) for e in suite.expectations]
    order = {e.id: number for number, e in enumerate(suite.expectations)}
    result.results.sort(key=lambda r: order[r.expectation_config.id])
    checks = [scrubbed(r, suite.name, table) for r in result.results]
    _store(context, suite, result, batch.id, schema, run_time)
    return checks


def _load(file: Path, schemas: Mapping[str, str]) -> Any:
    """The suite; Great Expectations logs and drops what it cannot build, so the expectations are counted.

    schemas: layer -> where the engine has it, for the tables that queries name.
    """
    from great_expectations import ExpectationSuite

    document = json.loads(file.read_text())
    for query in (e["kwargs"] for e in document["expectations"] if "unexpected_rows_query" in e["kwargs"]):
        for layer, schema in schemas.items():
            query["unexpected_rows_query"] = re.sub(rf"\b{layer}\.(?=\w)", f"{schema}.", query["unexpected_rows_query"])
    suite = ExpectationSuite(**document)
    if len(suite.expectations) != len(document["expectations"]):
        raise MusterError(f"{file.name}: some expectations are invalid", "compare their types and arguments")
    return suite


@contextmanager
def _context(audited: AuditSource, docs: Path) -> Iterator[tuple[Any, Any]]:
    os.environ.setdefault("TQDM_DISABLE", "1")
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*schema_name.*")
    warnings.filterwarnings("ignore", message=".*generic SQLDatasource.*")  # one way for every engine
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    site = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs.resolve())},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }
    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            data_docs_sites={"docs": site},
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        ),
    )
    source = context.data_sources.add_sql(
        name="candidate",
        connection_string=audited.url,
        kwargs={"connect_args": dict(audited.connect_arguments)},
    )
    try:
        yield context, source
    finally:
        for engine in (source.get_execution_engine().engine, source.get_engine()):
            engine.dispose()  # gives DuckDB's file lock back, or PostgreSQL's connections
        context.data_sources.delete("candidate")


def _store(context: Any, suite: Any, result: Any, batch_id: str, schema: str, run_time: datetime) -> None:
    """Store the scrubbed result, from which the data docs are rendered."""
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    run_id = RunIdentifier(run_name=schema, run_time=run_time)
    result.success = all(r.success for r in result.results)
    result.meta.update(run_id=run_id, validation_time=run_time)
    suite_key = ExpectationSuiteIdentifier(name=suite.name)
    key = ValidationResultIdentifier(batch_identifier=batch_id, expectation_suite_identifier=suite_key, run_id=run_id)
    context.validation_results_store.store_validation_results(result, key, suite_key)


def _cut_outside_references(docs: Path) -> None:
    """The pages load fonts and scripts from other hosts; an audit must not tell anybody that it was read."""
    for page in (*docs.rglob("*.html"), *docs.rglob("*.css")):
        text = without_outside_references(page.read_text(encoding="utf-8"))
        page.write_text(text.replace("</head>", f"{_STYLE}</head>", 1), encoding="utf-8")
