"""Spark in a process and an environment of its own: Great Expectations and pyspark do not resolve together.

Speaks as dbt_worker.py does, whose requests it takes as well:

    {"start": ["create database ...", ...], "scratch": folder, "environment": {name: value, ...}}
                    a Spark application with an empty catalog
    {"stop": true}  ends it

The catalog lives in memory. The Java machine outlives the applications in it, because it gets several times as fast
within its first minutes. Where Java has ended, so does this process: whoever asks next starts both anew.
"""

import os
import re
from pathlib import Path

from dbt_worker import Answer, run_dbt, serve

# What tables mean; nothing may change it.
FIXED = {
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.cteRecursionLevelLimit": "-1",
    "spark.sql.cteRecursionRowLimit": "-1",
    "spark.sql.analyzer.maxIterations": "1000",  # int_contact_allocation is a chain of many queries
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


def _answer(request: dict) -> Answer:
    from py4j.protocol import Py4JNetworkError

    try:
        return _answer_by_java(request)
    except (ConnectionError, Py4JNetworkError):
        os._exit(1)


def _answer_by_java(request: dict) -> Answer:
    match request:
        case {"start": statements, "scratch": scratch, "environment": environment}:
            _stop()
            os.environ.update(environment)
            session = _session(scratch)
            for statement in statements:
                session.sql(statement)
            return {"succeeded": True, "said": ""}
        case {"dbt": _}:
            return run_dbt(request)
        case _:
            _stop()
            return {"succeeded": True, "said": ""}


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


if __name__ == "__main__":
    serve(_answer)
