"""Roster stage: a session of Spark that computes as the query expects, or a clear word why there is none."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from relief_engine.errors import Finding, InputError, Location
from relief_engine.text import Text

#: What a session of Spark is. Spark has no types of its own.
Session = Any

#: What the query and the reader of files rely on.
_SETTINGS: Mapping[str, str] = {
    # Overflow and what can't be converted are errors, not NULL.
    "spark.sql.ansi.enabled": "true",
    # Texts in the query are written with escapes, and nothing in them stands for a setting.
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.variable.substitute": "false",
    # No row is passed over in silence.
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
    # A code in the name of a folder (industry=0621) is text, not a number.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}
_NO_SPARK = Text(
    "没有安装 Spark，请先运行 pip install 'relief-engine[spark]'（另需 Java 17 或更新版本）",
    "Spark is not installed; run: pip install 'relief-engine[spark]' (Java 17 or newer is needed beside it)",
)
_NO_JAVA = Text(
    "Spark 需要 Java 17 或更新版本，没有找到或不能启动；请安装（Debian：default-jre-headless），或设置 JAVA_HOME。"
    "Spark 本身由 relief-engine[spark] 安装",
    "Spark needs Java 17 or newer, which was not found or does not start; install it (Debian: default-jre-headless) or "
    "set JAVA_HOME. Spark itself comes with relief-engine[spark]",
)
_CONNECT = Text(
    "Spark Connect 会话不能在工作进程中逐行判定，请用 spark-submit 或本机模式（去掉 SPARK_REMOTE）",
    "Spark Connect can't decide rows in its workers; use spark-submit or local mode (without SPARK_REMOTE)",
)


@contextmanager
def spark_session() -> Iterator[Session]:
    """A session for one screening, with settings and names of its own.

    It belongs to the Spark that runs already, under ``spark-submit`` for instance; otherwise one is started, as Spark's
    own settings say (on this machine if they say nothing), and stopped at the end.

    Raises:
        InputError: Spark or Java is missing.
    """
    if find_spec("pyspark") is None:
        raise refused(_NO_SPARK)
    from pyspark import SparkContext

    if os.environ.get("SPARK_REMOTE"):
        raise refused(_CONNECT)
    runs = SparkContext._active_spark_context is not None
    session = _started(runs=runs)
    try:
        own = session.newSession()
        for name, value in _SETTINGS.items():
            own.conf.set(name, value)
        _local_workers(own)
        yield own
    finally:
        if not runs:
            session.stop()


def refused(why: Text) -> InputError:
    """The error for what ``--engine spark`` can't do."""
    return InputError([Finding("engine", Location("--engine"), why)])


def _started(*, runs: bool) -> Session:
    from pyspark import SparkContext
    from pyspark.errors import PySparkRuntimeError
    from pyspark.sql import SparkSession

    begun = SparkContext._gateway is not None
    if not begun and "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        raise refused(_NO_JAVA)
    builder = SparkSession.builder.appName("relief")
    if not runs:
        # The command line has a bar of its own.
        builder = builder.config("spark.ui.showConsoleProgress", "false")
    try:
        session = builder.getOrCreate()
    except (PySparkRuntimeError, FileNotFoundError) as error:
        # The gateway to Java went down, or there was nothing to start.
        if isinstance(error, FileNotFoundError) or error.getCondition() == "JAVA_GATEWAY_EXITED":
            raise refused(_NO_JAVA) from error
        raise
    if not runs:
        session.sparkContext.setLogLevel("ERROR")
    return session


def _local_workers(session: Session) -> None:
    """On this machine the workers run the same Python with the same package as this process."""
    context = session.sparkContext
    if not context.master.startswith("local"):
        return
    if "PYSPARK_PYTHON" not in os.environ:
        context.pythonExec = sys.executable
    home = str(Path(__file__).resolve().parents[4])
    before = context.environment.get("PYTHONPATH", "")
    if home not in before.split(os.pathsep):
        context.environment["PYTHONPATH"] = os.pathsep.join([home, before] if before else [home])
