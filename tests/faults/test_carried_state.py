"""What the release before left is found whole, whichever models ask for it at once."""

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from dbt.adapters.duckdb import DuckDBAdapter
from muster.engines import on_duckdb
from muster.engines.engine import DbtOutcome
from muster.engines.processes.dbt_worker import run_dbt
from muster.settings import child_environment
from support.shops import CUSTOMER_MODELS, Shop


def in_this_process(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> DbtOutcome:
    request = {"dbt": list(arguments), "environment": child_environment(**environment), "folder": str(folder)}
    with patch.dict(os.environ):
        return DbtOutcome(**run_dbt(request))


def test_tables_of_the_release_before_are_known_before_any_model_is_made(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    """dbt takes a schema for known from its first table on. A thread that asked while another one was still adding the
    others found none of them, and the night carried nothing: no member of a group, no control group.
    """
    shop.mapping().csv("orders/1.csv", [{"order_id": "1", "user_id": "u", "ordered_at": "2024-03-01", "amount": "1"}])
    shop.models("2024-03-02", *CUSTOMER_MODELS)
    listed: list[tuple[str, str, bool]] = []
    list_relations = DuckDBAdapter.list_relations_without_caching

    def list_and_tell(adapter: DuckDBAdapter, schema: object) -> list:
        in_main_thread = threading.current_thread() is threading.main_thread()
        listed.append((schema.database, schema.schema, in_main_thread))
        return list_relations(adapter, schema)

    monkeypatch.setattr(DuckDBAdapter, "list_relations_without_caching", list_and_tell)
    monkeypatch.setattr(on_duckdb, "running_dbt", lambda: SimpleNamespace(run_dbt=in_this_process))
    second = shop.models("2024-03-03", *CUSTOMER_MODELS)

    assert [entry for entry in listed if entry[0] == "previous"] == [
        ("previous", "marts", True), ("previous", "state", True),
    ]  # fmt: skip
    assert shop.rows("select stage_since::varchar from marts.customer_lifecycle", second) == [("2024-03-02",)]
