"""Command line stage: ``relief serve`` and its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from relief_engine.cli.options import Lang, LangOption, RulesOption


def _limit(name: str, unit: str, zh: str, en: str):  # type: ignore[no-untyped-def]
    return typer.Option(f"--{name}", metavar=unit, help=f"{zh}\n{en}")


def serve(
    host: Annotated[
        str,
        typer.Option("--host", metavar="ADDRESS", help="监听的地址，默认只供本机使用\nThe address; this machine only"),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="端口，0 为任一空闲端口\nThe port; 0 for any")
    ] = 8080,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", min=1, max=256, help="判定进程数\nProcesses that decide")
    ] = 2,
    rules: RulesOption = None,
    watch: Annotated[
        float,
        _limit(
            "watch",
            "秒",
            "每隔多少秒查看规则目录是否改动，0 为不查看；SIGHUP 随时重新载入",
            "Seconds between looks at the folder of rules, 0 for none; SIGHUP reloads at any time",
        ),
    ] = 0.0,
    ledger: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--ledger", metavar="FILE", help="判定记录写入这个账本\nThe ledger that records are appended to"),
    ] = None,
    record_all: Annotated[bool, typer.Option("--record-all", help="每次判定都记入账本\nRecord every decision")] = False,
    api_key_file: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--api-key-file",
            metavar="FILE",
            help="API 密钥文件，每行一个；也可用环境变量 RELIEF_API_KEYS\n"
            "API keys, one a line; or the variable RELIEF_API_KEYS",
        ),
    ] = None,
    allow_host: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--allow-host",
            metavar="NAME",
            help="允许以这个主机名访问，可重复；“*”为不限\nA name clients may call it by; may be repeated; '*' for any",
        ),
    ] = None,
    timeout: Annotated[float, _limit("timeout", "秒", "一个请求最多用时", "The most time that a request takes")] = 20.0,
    screen_timeout: Annotated[
        float, _limit("screen-timeout", "秒", "判定一张台账最多用时", "The most time that a roster takes")
    ] = 120.0,
    read_timeout: Annotated[
        float,
        _limit(
            "read-timeout", "秒", "客户端发送或接收停顿多久即断开", "How long a client may take to send or to receive"
        ),
    ] = 20.0,
    stop_timeout: Annotated[
        float, _limit("stop-timeout", "秒", "停止时最多等待", "How long requests may go on at the stop")
    ] = 25.0,
    concurrency: Annotated[
        int, _limit("concurrency", "N", "最多多少个请求排队", "How many requests may wait for a worker")
    ] = 64,
    limit_connections: Annotated[
        int, _limit("limit-connections", "N", "最多多少个连接", "The most connections at once")
    ] = 1000,
    limit_body: Annotated[
        int, _limit("limit-body", "字节", "请求正文的上限", "The largest body, in bytes")
    ] = 1_000_000,
    limit_roster: Annotated[
        int, _limit("limit-roster", "字节", "上传台账的上限", "The largest roster, in bytes")
    ] = 20_000_000,
    limit_rows: Annotated[int, _limit("limit-rows", "N", "台账行数的上限", "The most rows of a roster")] = 20_000,
    limit_profiles: Annotated[
        int, _limit("limit-profiles", "N", "一次最多判定多少份资料", "The most profiles of one request")
    ] = 200,
    limit_subjects: Annotated[
        int,
        _limit("limit-subjects", "N", "一份资料最多列出多少份租约、贷款等", "The most leases, loans, … of a profile"),
    ] = 200,
    limit_nesting: Annotated[int, _limit("limit-nesting", "N", "JSON 嵌套的层数", "How deep JSON may be nested")] = 20,
    lang: LangOption = Lang.ZH,
) -> None:
    """Serve."""
    from relief_engine.cli.serve import serve_with
    from relief_engine.server.settings import Limits

    limits = Limits(
        body=limit_body, roster=limit_roster, nesting=limit_nesting, subjects=limit_subjects, profiles=limit_profiles,
        rows=limit_rows, seconds=timeout, screen_seconds=screen_timeout, read_seconds=read_timeout,
        waiting=concurrency, connections=limit_connections, stop_seconds=stop_timeout,
    )  # fmt: skip
    serve_with(
        host, port, workers, rules, limits, lang.value, watch=watch, ledger=ledger, record_all=record_all,
        key_file=api_key_file, hosts=allow_host or (),
    )  # fmt: skip
