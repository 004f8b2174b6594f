"""One Spark session that runs dbt, in an environment of its own: Great Expectations and pyspark do not resolve together.

Started by on_spark.py, which writes requests to standard input, a JSON object a line, and reads the answers, a line
each, from standard output; whatever else is said goes to standard error.

    {"sql": ["create database ...", ...]}                               -> {"succeeded": true, "said": ""}
    {"dbt": [argument, ...], "environment": {name: value}, "folder": f} -> {"succeeded": false, "said": "..."}

The catalog lives in memory and ends with this process, which ends with its standard input.
"""

import json
import os
import queue
import sys
import threading
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TextIO

# What tables mean; nothing may change it.
FIXED = {
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.cteRecursionLevelLimit": "-1",
    "spark.sql.cteRecursionRowLimit": "-1",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.sources.default": "parquet",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
}
# What spark-defaults.conf may say otherwise.
USUAL = {
    "spark.app.name": "muster",
    "spark.driver.memory": "4g",
    "spark.log.level": "ERROR",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
# The same on a Spark that is only this process: a few threads, nobody else on the wire.
USUAL_ALONE = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",  # without a .crc beside every file
    "spark.sql.shuffle.partitions": "8",
}


def main(scratch: Path) -> None:
    """Answer requests until there are no more. scratch: an empty folder for what Spark spills."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # the JVM and dbt may say what they like
    requests = _requests(sys.stdin)
    session = _session(scratch)
    while True:
        request = requests.get()
        try:
            answer = _run_sql(session, request["sql"]) if "sql" in request else _run_dbt(**request)
        except Exception as error:  # noqa: BLE001 - whatever it was, the parent waits for an answer
            answer = {"succeeded": False, "said": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


def _requests(stream: TextIO) -> queue.Queue:
    """The requests as they come. When they end, whoever asked is gone: so is this process, in the middle of anything."""
    requests: queue.Queue = queue.Queue()

    def read() -> None:
        for line in stream:
            requests.put(json.loads(line))
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return requests


def _session(scratch: Path) -> object:
    from pyspark.sql import SparkSession

    chosen = _defaults()
    master = chosen.get("spark.master", f"local[{os.environ.get('MUSTER_THREADS') or '*'}]")
    usual = USUAL | {"spark.master": master, "spark.sql.warehouse.dir": str(scratch)}
    if master.startswith("local"):
        usual |= USUAL_ALONE | {"spark.local.dir": str(scratch)}
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder
    for name, value in (usual | chosen | FIXED).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _defaults() -> dict[str, str]:
    """What the machine's own spark-defaults.conf says."""
    home = os.environ.get("SPARK_HOME")
    folder = os.environ.get("SPARK_CONF_DIR") or (home and f"{home}/conf")
    file = Path(folder or os.devnull) / "spark-defaults.conf"
    lines = file.read_text(encoding="utf-8").splitlines() if folder and file.exists() else []
    pairs = (line.replace("=", " ", 1).split(maxsplit=1) for line in lines if line.strip() and line.strip()[0] != "#")
    return {name: value.strip() for name, value in pairs}


def _run_sql(session: object, statements: list[str]) -> dict:
    for statement in statements:
        session.sql(statement)
    return {"succeeded": True, "said": ""}


def _run_dbt(dbt: list[str], environment: dict[str, str], folder: str) -> dict:
    from dbt.cli.main import dbtRunner

    os.environ.update(environment)
    said = StringIO()
    with chdir(folder), redirect_stdout(said), redirect_stderr(said):
        result = dbtRunner().invoke(dbt)
    return {"succeeded": result.success, "said": said.getvalue() + (str(result.exception) if result.exception else "")}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
