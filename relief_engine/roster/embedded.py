"""Roster stage: how DuckDB is opened: nothing is fetched or loaded that does not come with it.

Left to itself it loads what a query or a file seems to want, and fetches it over the network. What a file of somebody
else says must not lead to that; all that is used here is built in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

#: The settings of every database here. The last one lets no query read a Python variable for a table.
CLOSED = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
}


def connect(**settings: str) -> duckdb.DuckDBPyConnection:
    """A new database in memory with these settings besides.

    Raises:
        ImportError: DuckDB is not installed.
    """
    import duckdb

    return duckdb.connect(config={**CLOSED, **settings})
