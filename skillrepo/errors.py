"""The exceptions for problems that the user can act on."""

from collections.abc import Mapping


class SkillRepoError(Exception):
    """A problem that the user can act on; its text is the whole message.

    `commands` never catch it: `cli` prints it and exits with 2.
    """


class WriterFailed(SkillRepoError):  # noqa: N818 - said of a writer, it is the plain word
    """A writer stopped before it had a draft.

    `kept` is what it had by then (relative path → bytes, perhaps nothing): it may have been paid
    for, so the caller is to store it where the user finds it.
    """

    def __init__(self, message: str, kept: Mapping[str, bytes]) -> None:
        super().__init__(message)
        self.kept = kept


class NoRecordingError(SkillRepoError):
    """A replay lacks a reply: what came of it would not be what came of the run before."""
