"""Answers that were given once, given again as long as they hold; what an answer says, and when it changes, is others'.

It stands outside of all that makes answers: what is remembered is final, coded and with every header but the
request's id.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING

from app.kit import coding, validators

if TYPE_CHECKING:
    from collections.abc import Hashable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from app.kit.watching import Watch

# In the scope of what was answered from here; and of what is asked by the house itself, which wants it anew.
REMEMBERED = "app.remembered"
UNOBSERVED = "app.unobserved"
# Of all bytes, one answer takes at the most this part: what is larger would drive out too many others.
LARGEST = 16
# What Python takes beside the bytes themselves.
OF_AN_ANSWER = 2_048
OF_A_QUESTION = 512
# Of what is accepted and the host.
LONGEST_SAID = 1_000
Headers = list[tuple[bytes, bytes]]
Question = tuple[bytes, bytes, bytes, bytes, bytes]
# With one of these it is another question, or one whose answer is not for everybody.
_APART = frozenset(
    {
        b"authorization",
        b"content-length",
        b"cookie",
        b"if-match",
        b"if-range",
        b"if-unmodified-since",
        b"range",
        b"transfer-encoding",
        b"upgrade",
    }
)
_METHODS = ("GET", "HEAD")
_NEGOTIATED = frozenset({b"accept", b"accept-encoding"})
_NOT_FOR_ALL = frozenset({b"no-store", b"private"})
# They say for whom an answer is.
_TELLING = frozenset({b"cache-control", b"set-cookie", b"vary"})
_NOTHING: Message = {"type": "http.response.body", "body": b""}


class Answer:
    """A whole answer, and the route that gave it."""

    __slots__ = ("body", "headers", "modified", "questions", "route", "size", "tag", "without_body")

    def __init__(self, headers: Headers, body: bytes, route: object) -> None:
        """Take what was sent, before anything of the request was added."""
        found = dict(headers)
        self.headers = headers
        self.without_body = validators.without_body(headers)
        self.body: Message = {"type": "http.response.body", "body": body}
        self.tag = found[b"etag"]
        self.modified = found.get(b"last-modified")
        self.route = route
        self.questions = 0
        self.size = OF_AN_ANSWER + len(body) + sum(len(name) + len(value) for name, value in headers)

    def says(self, other: Answer) -> bool:
        """Whether it is the very same answer."""
        return self.headers == other.headers and self.body == other.body and self.route is other.route


class Memory:
    """Answers by question, as many as so many bytes hold: the one that was not asked for longest goes first.

    Questions that are spelled otherwise and answered alike share one answer.
    """

    def __init__(self, most: int) -> None:
        """Take how many bytes."""
        self.most = most
        self.size = 0
        self._answers: OrderedDict[Question, Answer] = OrderedDict()
        self._by_tag: dict[bytes, Answer] = {}

    def find(self, question: Question) -> Answer | None:
        """Return the answer to a question."""
        answer = self._answers.get(question)
        if answer is not None:
            self._answers.move_to_end(question)
        return answer

    def keep(self, question: Question, answer: Answer) -> None:
        """Remember an answer, and forget what has no room beside it."""
        self._drop(self._answers.pop(question, None), question)
        same = self._by_tag.get(answer.tag)
        if same is not None and same.says(answer):
            answer = same
        elif same is None:
            self._by_tag[answer.tag] = answer
        self._answers[question] = answer
        self.size += _size(question) + (0 if answer.questions else answer.size)
        answer.questions += 1
        while self.size > self.most:
            oldest, gone = self._answers.popitem(last=False)
            self._drop(gone, oldest)

    def clear(self) -> None:
        """Forget everything."""
        self._answers.clear()
        self._by_tag.clear()
        self.size = 0

    def _drop(self, answer: Answer | None, question: Question) -> None:
        if answer is None:
            return
        answer.questions -= 1
        self.size -= _size(question)
        if not answer.questions:
            self.size -= answer.size
            if self._by_tag.get(answer.tag) is answer:
                del self._by_tag[answer.tag]


class Remember:
    """ASGI middleware: a question that was answered is answered alike, as long as the watch's mark holds."""

    def __init__(self, app: ASGIApp, watch: Watch, most: int) -> None:
        """Wrap the application; take what tells when answers change, and how many bytes to remember."""
        self._app = app
        self._watch = watch
        self._memory = Memory(most)
        self._mark: Hashable | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is remembered; pass on the rest, and remember it if it may be."""
        question = question_of(scope) if scope["type"] == "http" and scope["method"] in _METHODS else None
        if question is None:
            await self._app(scope, receive, send)
            return
        watch = self._watch
        now = monotonic()
        if now >= watch.due:
            await watch.look(now)
        if watch.mark is None:
            await self._app(scope, receive, send)
            return
        if watch.mark != self._mark:
            self._memory.clear()
            self._mark = watch.mark
        answer = self._memory.find(question)
        if answer is None:
            await self._ask(question, scope, receive, send)
            return
        scope["route"] = answer.route
        scope[REMEMBERED] = True
        if validators.is_fresh(scope["headers"], answer.tag, answer.modified):
            await send({"type": "http.response.start", "status": 304, "headers": answer.without_body})
            await send(_NOTHING)
            return
        await send({"type": "http.response.start", "status": 200, "headers": answer.headers})
        await send(_NOTHING if scope["method"] == "HEAD" else answer.body)

    async def _ask(self, question: Question, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and remember the answer if it may be, and nobody saw the mark change while it was made.

        If it changed unseen, whoever asks once a look is due looks first, and all that was remembered until then goes.
        """
        mark = self._mark
        headers: Headers | None = None
        body: bytes | None = None

        async def noticed(message: Message) -> None:
            nonlocal headers, body
            if message["type"] == "http.response.start":
                # This list: who stands outside puts another in its place.
                headers = message["headers"] if message["status"] == HTTPStatus.OK else None
            elif message.get("more_body") or message["type"] != "http.response.body":
                headers = None
            else:
                body = message.get("body", b"")
            await send(message)

        await self._app(scope, receive, noticed if scope["method"] == "GET" else send)
        if headers is None or body is None or len(body) > self._memory.most // LARGEST or not may_be_kept(headers):
            return
        if mark == self._mark:
            self._memory.keep(question, Answer(headers, body, scope.get("route")))


def question_of(scope: Scope) -> Question | None:
    """Return what is asked; None for what is not remembered."""
    if UNOBSERVED in scope:
        return None
    accept = accepted = host = b""
    for name, value in scope["headers"]:
        if name == b"accept":
            accept = b"%b,%b" % (accept, value) if accept else value
        elif name == b"accept-encoding":
            accepted = b"%b,%b" % (accepted, value) if accepted else value
        elif name == b"host":
            # Some answers name their own address.
            host = value
        elif name in _APART:
            return None
    if len(accept) + len(host) > LONGEST_SAID:
        return None
    at = host if scope["scheme"] == "http" else b"%b://%b" % (scope["scheme"].encode(), host)
    return scope["raw_path"], scope["query_string"], accept or b"*/*", _coded(accepted), at


def may_be_kept(headers: Headers) -> bool:
    """Whether an answer may be given to anybody who asks the same: it has an ETag, and hangs on nothing else."""
    return any(name == b"etag" for name, _ in headers) and all(
        _is_for_all(name, value) for name, value in headers if name in _TELLING
    )


@lru_cache(maxsize=256)
def _is_for_all(name: bytes, value: bytes) -> bool:
    words = {one.strip().lower() for one in value.split(b",")}
    if name == b"vary":
        return words <= _NEGOTIATED
    return name == b"cache-control" and not words & _NOT_FOR_ALL


@lru_cache(maxsize=512)
def _coded(accepted: bytes) -> bytes:
    """Return in short how an answer is coded for whom accepts this."""
    found, plain = coding.negotiated(accepted.decode("latin-1")) if accepted else (coding.IDENTITY, True)
    return f"{found}{'' if plain else '!'}".encode()


def _size(question: Question) -> int:
    return OF_A_QUESTION + sum(map(len, question))
