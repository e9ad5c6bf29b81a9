"""The trivial FastAPI endpoint beside which the service is measured: it reads JSON and answers with bytes of a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import Response


def create() -> FastAPI:
    """The application; the variable TRIVIAL_ANSWERS names a folder with a file for each address."""
    app = FastAPI()
    answers = {path.stem: path.read_bytes() for path in Path(os.environ["TRIVIAL_ANSWERS"]).glob("*.json")}

    @app.post("/{name}")
    async def answer(name: str, body: dict[str, Any]) -> Response:
        assert body
        return Response(answers[name], media_type="application/json")

    return app
