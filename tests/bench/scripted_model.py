"""An OpenAI-compatible server that takes its time, answers any draft, and remembers each request.

Usage: PYTHONPATH=tests python tests/bench/scripted_model.py [--latency 2]

Prints its port, then serves until its standard input ends. `GET /log` gives, as JSON, of each
request its step, the draft that it is for (the last `item-N` of its prompt), when it came and when
it was answered, and the tokens (≈) of its prompt; and how many were held at once at most. All wait
on one thread, so thousands cost nothing.
"""

import argparse
import asyncio
import json
import os
import re
import sys
import time
from collections.abc import Mapping
from typing import Any

import planned
from openai_server import Received

from skillrepo.tokens import tokens

# A field that is asked for by one step alone → that step.
STEPS = {
    "ambiguities": "gather",
    "skill_type": "intent",
    "new_directories": "placement",
    "complementary": "dependencies",
    "assumptions": "synthesize",
    "test_prompts": "write",
    "open_points": "review",
    "findings": "refine",
}
_FIRST_CATEGORY = re.compile(r"\[\[ ## categories ## \]\]\n([^:\n]+):")
_DRAFT = re.compile(r"\bitem-\d+\b")


class Log:
    """What came and when."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.held = 0
        self.most = 0

    def begin(self, received: Received) -> dict[str, Any]:
        """Note a request that came."""
        prompt = received.prompt
        step = next(step for field, step in STEPS.items() if f"[[ ## {field} ## ]]" in prompt)
        self.held += 1
        self.most = max(self.most, self.held)
        entry = {
            "step": step,
            "draft": (_DRAFT.findall(prompt) or [""])[-1],
            "came": time.monotonic(),
            "tokens": tokens(prompt),
        }
        self.requests.append(entry)
        return entry

    def end(self, entry: dict[str, Any]) -> None:
        """Note that its reply is sent now."""
        self.held -= 1
        entry["left"] = time.monotonic()


async def _read(reader: asyncio.StreamReader) -> tuple[str, bytes] | None:
    """The path and the body of the next request; None where there is no more."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    length = re.search(r"(?i)^content-length: *(\d+)", head, re.MULTILINE)
    body = await reader.readexactly(int(length[1])) if length else b""
    return head.split(" ", 2)[1], body


def _answer(received: Received, draft: str) -> bytes:
    """A plan, a text or a review that passes: the first category, and the name that is given."""
    category = _FIRST_CATEGORY.search(received.prompt)
    about = f"Merges PDF files, {draft}. Use when PDFs of {draft} are to be one."
    other = {"name": draft, "description": about} if draft else {}
    return planned.answer(received, path=category[1] if category else "", **other).body


async def _serve(latency: float) -> None:
    log = Log()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while found := await _read(reader):
            path, data = found
            if path == "/log":
                body = json.dumps({"most": log.most, "requests": log.requests}).encode()
            else:
                received = Received(path, {}, _json(data))
                entry = log.begin(received)
                await asyncio.sleep(latency)
                body = _answer(received, entry["draft"])
                log.end(entry)
            head = (
                f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
            )
            writer.write(f"{head}\r\n\r\n".encode() + body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, limit=2**24)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    # What is left are connections that clients keep; asyncio would tell of each that it was cut.
    os._exit(0)


def _json(data: bytes) -> Mapping[str, Any]:
    value: Mapping[str, Any] = json.loads(data)
    return value


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=2.0)
    asyncio.run(_serve(parser.parse_args().latency))


if __name__ == "__main__":
    main()
