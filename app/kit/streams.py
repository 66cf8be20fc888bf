"""Bodies that are sent as they are made; what they say, and where it comes from, is not known here."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.kit.methods import only_head


class Streamed(StreamingResponse):
    """A body made part by part, each in a thread; of a HEAD, nothing is made.

    A part that fails ends the connection without the last chunk: nobody takes what came for the whole.
    """

    def __init__(self, parts: Iterable[bytes], content_type: str, headers: dict[str, str]) -> None:
        """Take the parts, of which none holds a connection while it is sent."""
        super().__init__(parts, headers=headers | {"Content-Type": content_type})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, and the parts if they are wanted."""
        if only_head(scope):
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await super().__call__(scope, receive, send)
