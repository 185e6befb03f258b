"""Where a person is asked while a skill is drafted, and what is done with the answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from skillrepo.errors import SkillRepoError
from skillrepo.program.recording import Recordings

MOST_QUESTIONS = 5
_PROCEED, _CHANGE, _CANCEL = "proceed", "change", "cancel"


class CancelledError(SkillRepoError):
    """A person wants nothing of it."""

    def __init__(self) -> None:
        super().__init__("cancelled; nothing was changed, and --resume goes on from here")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person is shown, and asked.

    With `options` the answer is one of them, the first where nothing is typed; `free` allows any
    other words, too. Without options it is in words.
    """

    shown: str
    question: str
    options: tuple[str, ...] = ()
    free: bool = False


Ask = Callable[[Prompt], str]


class Checkpoints:
    """Asks a person, if there is one; an answer is recorded as a reply of a model is."""

    def __init__(self, ask: Ask | None, recordings: Recordings) -> None:
        self._ask = ask
        self._recordings = recordings

    @property
    def has_person(self) -> bool:
        """Whether somebody is asked."""
        return self._ask is not None

    def clarify(self, shown: str, question: str, options: Sequence[str]) -> str | None:
        """Ask for one thing that a brief leaves open; None where nobody is asked."""
        return self._answer(Prompt(shown, question, tuple(options), free=True))

    def choose(self, shown: str, question: str, options: Sequence[str]) -> str | None:
        """Ask for one of the options; None where nobody is asked."""
        return self._answer(Prompt(shown, question, tuple(options)))

    def confirm(self, shown: str, question: str) -> str | None:
        """Ask whether to go on: None to do so, else what is to be changed.

        Raises `CancelledError`.
        """
        answer = self._answer(Prompt(shown, question, (_PROCEED, _CHANGE, _CANCEL)))
        if answer == _CANCEL:
            raise CancelledError
        if answer != _CHANGE:
            return None
        return self._answer(Prompt("", "What is to be changed?")) or None

    def _answer(self, prompt: Prompt) -> str | None:
        if self._ask is None:
            return None
        key = self._recordings.key("person", {}, [prompt.shown, prompt.question, prompt.options])
        answer = self._recordings.answer(key)
        if answer is None:
            answer = self._ask(prompt).strip()
            # Who cancels wants to be asked again.
            if answer != _CANCEL:
                self._recordings.store_answer(key, answer)
        return answer
