"""The application with one answer that takes its time: for tests of an orderly end."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from app.main import create_app
from app.settings import Settings

ROWS = 20


def application() -> FastAPI:
    """Return the application, with `/slow`: twenty rows in two seconds."""
    app = create_app(Settings())

    async def rows() -> AsyncIterator[bytes]:
        for number in range(ROWS):
            yield b"%d,row\n" % number
            await asyncio.sleep(0.1)

    @app.get("/slow")
    async def slow() -> StreamingResponse:
        return StreamingResponse(rows(), media_type="text/csv")

    gc.enable()
    return app
