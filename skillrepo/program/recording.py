"""Records each reply of a model by what was asked, and gives it again without a call."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from skillrepo import put_file
from skillrepo.errors import NoRecordingError, SkillRepoError

Mode = Literal["live", "resume", "replay"]
"""Every request is sent; those without a recording are; none is."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered, as far as anything depends on it.

    `finish` is LiteLLM's: `stop`, `length`, `content_filter`, `refusal`. Tokens are None where
    the provider did not tell them. `dropped` are the parameters that it did not take.
    """

    text: str
    finish: str
    input_tokens: int | None
    output_tokens: int | None
    dropped: tuple[str, ...] = ()


class Recordings:
    """The replies in a folder, one file each; several runs may use it at once.

    A request that is made again in the same run is another one: it gets a reply of its own.
    A recording holds no request, and so neither prompt, sources, address nor key.
    """

    def __init__(self, folder: Path | None = None, mode: Mode = "live") -> None:
        """Record nothing without a folder; nothing is read or written yet."""
        self._folder = folder
        self._mode = mode
        self._asked: Counter[str] = Counter()
        self._lock = Lock()

    @property
    def replays(self) -> bool:
        """Whether no request is sent at all."""
        return self._mode == "replay"

    def key(self, model: str, parameters: Mapping[str, Any], prompt: Any) -> str:
        """The name (sha256, hex) of a request; `prompt` is all that the model is shown, as JSON."""
        content = json.dumps([_VERSION, model, dict(parameters), prompt], sort_keys=True)
        digest = hashlib.sha256(content.encode()).hexdigest()
        with self._lock:
            self._asked[digest] += 1
            number = self._asked[digest]
        return hashlib.sha256(f"{digest} {number}".encode()).hexdigest()

    def find(self, key: str) -> Reply | None:
        """The recorded reply, if one is wanted; NoRecordingError where a replay lacks it."""
        if self._folder is None or self._mode == "live":
            return None
        file = self._folder / f"{key}.json"
        try:
            return _reply(json.loads(file.read_bytes()))
        except FileNotFoundError:
            if self._mode == "resume":
                return None
            why = (
                "there is no recording of this request: brief, sources, taxonomy, skills, models "
                "and their parameters, and skillrepo itself, must be as they were"
            )
            raise NoRecordingError(f"--replay: {why}") from None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise SkillRepoError(f"{file} is no recording ({error}); remove it") from None

    def store(self, key: str, reply: Reply) -> None:
        """Record a reply that was paid for."""
        self._put(key, {"version": _VERSION, **asdict(reply)})

    def answer(self, key: str) -> str | None:
        """What a person answered before, if that is wanted; they can always be asked again."""
        if self._folder is None or self._mode == "live":
            return None
        try:
            return str(json.loads((self._folder / f"{key}.json").read_bytes())["answer"])
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def store_answer(self, key: str, answer: str) -> None:
        """Record what a person answered."""
        self._put(key, {"version": _VERSION, "answer": answer})

    def _put(self, key: str, value: Mapping[str, Any]) -> None:
        if self._folder is None:
            return
        data = json.dumps(value, ensure_ascii=False, indent=1).encode(errors="replace") + b"\n"
        # A disk that is full is no reason to lose what was paid for.
        with suppress(OSError):
            # What a model wrote of somebody's sources is for that somebody alone.
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            put_file.put(self._folder / f"{key}.json", data, mode=0o600)


def _reply(value: Any) -> Reply:
    if value["version"] != _VERSION:
        raise ValueError(f"of version {value['version']}")
    dropped = tuple(map(str, value["dropped"]))
    counts = (value["input_tokens"], value["output_tokens"])
    if not all(count is None or isinstance(count, int) for count in counts):
        raise ValueError("its tokens are no numbers")
    return Reply(str(value["text"]), str(value["finish"]), *counts, dropped)
