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
from skillrepo.secret_text import masked

Mode = Literal["live", "resume", "replay"]
"""Every request is sent; those without a recording that is of use are; none is."""

_VERSION = 1
_MOST_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered, as far as anything depends on it.

    `finish` is LiteLLM's: `stop`, `length`, `content_filter`, `refusal`. Tokens are None where
    the provider did not tell them. `dropped` are the parameters that it did not take, and
    `fingerprint` is what it says of the model that answered.
    """

    text: str
    finish: str
    input_tokens: int | None
    output_tokens: int | None
    dropped: tuple[str, ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request got no reply: a sentence, and `kind` as `failure.Kind` has it, if it has."""

    why: str
    kind: str | None


class Recordings:
    """The replies in a folder, one file each; several runs may use it at once.

    A request that is made again in the same run is another one: it gets a reply of its own.
    A recording holds no request, and so neither prompt, sources nor key. A replay does all that
    the run did, so what failed is recorded, too. Who resumes has another try of it.
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

    def find(self, key: str) -> Reply | Failure | None:
        """What is recorded, if that is wanted; NoRecordingError where a replay lacks it."""
        if self._folder is None or self._mode == "live":
            return None
        file = self._folder / f"{key}.json"
        try:
            value = _value(file)
            # Whoever resumes wants another try of what was of no use.
            if self._mode == "resume" and ("failed" in value or value.get("useless")):
                return None
            return _failure(value) if "failed" in value else _reply(value)
        except FileNotFoundError:
            if self._mode == "resume":
                return None
            why = (
                "there is no recording of this request: brief, sources, taxonomy, skills, models "
                "and their parameters, and skillrepo itself, must be as they were"
            )
            raise NoRecordingError(f"--replay: {why}") from None
        except (OSError, *_MALFORMED) as error:
            raise SkillRepoError(f"{file} is no recording ({error}); remove it") from None

    def store(self, key: str, reply: Reply, *, useless: bool = False) -> None:
        """Record a reply that was paid for, of use or not."""
        flag = {"useless": True} if useless else {}
        self._put(key, {"version": _VERSION, **asdict(reply), **flag})

    def store_failure(self, key: str, failure: Failure) -> None:
        """Record why there is no reply; one that there was before is not lost for it."""
        if self._folder and not (self._folder / f"{key}.json").exists():
            value = {"failed": masked(failure.why), "kind": failure.kind}
            self._put(key, {"version": _VERSION, **value})

    def answer(self, key: str) -> str | None:
        """What a person answered before, if that is wanted; they can always be asked again."""
        if self._folder is None or self._mode == "live":
            return None
        try:
            return str(_value(self._folder / f"{key}.json")["answer"])
        except (OSError, *_MALFORMED):
            return None

    def store_answer(self, key: str, answer: str) -> None:
        """Record what a person answered."""
        self._put(key, {"version": _VERSION, "answer": answer})

    def _put(self, key: str, value: Mapping[str, Any]) -> None:
        if self._folder is None or self._mode == "replay":
            return
        data = json.dumps(value, ensure_ascii=False, indent=1).encode(errors="replace") + b"\n"
        # A disk that is full is no reason to lose what was paid for.
        with suppress(OSError):
            # What a model wrote of somebody's sources is for that somebody alone.
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            put_file.put(self._folder / f"{key}.json", data, mode=0o600)


# A repository that came as an archive may hold anything there.
_MALFORMED = (ValueError, TypeError, KeyError, RecursionError)


def _value(file: Path) -> dict[str, Any]:
    if file.exists() and not file.is_file():
        raise ValueError("not a regular file")
    with file.open("rb") as opened:
        data = opened.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise ValueError(f"of more than {_MOST_BYTES:,} bytes")
    value = json.loads(data)
    if not isinstance(value, dict):
        raise TypeError("it is no object")
    if value["version"] != _VERSION:
        raise ValueError(f"of version {value['version']}")
    return value


def _failure(value: Mapping[str, Any]) -> Failure:
    kind = value["kind"]
    return Failure(str(value["failed"]), None if kind is None else str(kind))


def _reply(value: Mapping[str, Any]) -> Reply:
    dropped = tuple(map(str, value["dropped"]))
    counts = (value["input_tokens"], value["output_tokens"])
    if not all(count is None or (type(count) is int and count > 0) for count in counts):
        raise ValueError("its tokens are no numbers")
    fingerprint = str(value.get("fingerprint", ""))
    return Reply(str(value["text"]), str(value["finish"]), *counts, dropped, fingerprint)
