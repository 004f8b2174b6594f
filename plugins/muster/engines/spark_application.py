"""Spark in a process and an environment of its own: Great Expectations and pyspark do not resolve together.

on_spark.py starts it, writes requests to its standard input, a JSON object a line, and reads the answers, a line each,
from its standard output; whatever else is said goes to standard error.

    {"start": ["create database ...", ...], "scratch": folder}              a Spark application with an empty catalog
    {"dbt": [argument, ...], "environment": {name: value}, "folder": folder}
    {"stop": true}                                                          ends the Spark application
    -> {"succeeded": false, "said": "..."}

The catalog lives in memory. The Java machine outlives the applications in it, because it gets several times as fast
within its first minutes. It ends with standard input.
"""

import json
import os
import queue
import re
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


def main() -> None:
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # Java and dbt may say what they like
    requests = _requests(sys.stdin)
    while True:
        try:
            succeeded, said = _answer(requests.get())
        except Exception as error:  # noqa: BLE001 - whatever it was, somebody waits for an answer
            succeeded, said = False, f"{type(error).__name__}: {error}"
        print(json.dumps({"succeeded": succeeded, "said": said}), file=answers, flush=True)


def _requests(stream: TextIO) -> queue.Queue:
    """The requests as they come. When they end, whoever asked is gone: so is this, in the middle of anything."""
    requests: queue.Queue = queue.Queue()

    def read() -> None:
        for line in stream:
            requests.put(json.loads(line))
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return requests


def _answer(request: dict) -> tuple[bool, str]:
    match request:
        case {"start": statements, "scratch": scratch}:
            _stop()
            session = _session(scratch)
            for statement in statements:
                session.sql(statement)
            return True, ""
        case {"dbt": arguments, "environment": environment, "folder": folder}:
            return _run_dbt(arguments, environment, folder)
        case _:
            _stop()
            return True, ""


def _stop() -> None:
    from pyspark.sql import SparkSession

    if session := SparkSession.getActiveSession():
        session.stop()


def _session(scratch: str) -> object:
    """scratch: an empty folder for what Spark spills, where it is alone."""
    from pyspark.sql import SparkSession

    chosen = _defaults()
    master = chosen.get("spark.master", f"local[{os.environ.get('MUSTER_THREADS') or '*'}]")
    usual = USUAL | {"spark.master": master, "spark.sql.warehouse.dir": scratch}
    if master.startswith("local"):
        usual |= USUAL_ALONE | {"spark.local.dir": scratch}
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
    lines = file.read_text(encoding="utf-8") if file.is_file() else ""
    return dict(re.findall(r"^[ \t]*([^\s#=:][^\s=:]*)[ \t]*[=:]?[ \t]*(.*?)[ \t]*$", lines, re.MULTILINE))


def _run_dbt(arguments: list[str], environment: dict[str, str], folder: str) -> tuple[bool, str]:
    from dbt.cli.main import dbtRunner

    os.environ.update(environment)
    said = StringIO()
    with chdir(folder), redirect_stdout(said), redirect_stderr(said):
        result = dbtRunner().invoke(arguments)
    return result.success, said.getvalue() + (str(result.exception) if result.exception else "")


if __name__ == "__main__":
    main()
