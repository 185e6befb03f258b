"""The command line: the one place where errors become exit codes.

Exit codes: 0 clean, 1 findings at or above --fail-on, 2 usage error or `SkillRepoError`, 3 a bug
of ours, 130 interrupted.
"""

import errno
import gc
import os
import sys
from collections.abc import Sequence

from skillrepo import PROJECT_URL, __version__
from skillrepo.errors import SkillRepoError
from skillrepo.visible import visible


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    _prepare_streams()
    # Most of what a short run makes lives until its end: to look for what does not takes 5 %.
    gc.set_threshold(100_000, 50, 50)
    try:
        code = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
    except SkillRepoError as error:
        from skillrepo.secret_text import masked  # noqa: PLC0415 - seldom needed

        _say(f"error: {visible(masked(str(error)))}")
        code = 2
    except KeyboardInterrupt:
        _say("interrupted")
        code = 130
    except (BrokenPipeError, SystemExit):
        # The reader of our output has gone, as `head` does: click ends with SystemExit(1) then,
        # which says "findings" here; and Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            _report_bug()
            return 3
        _say("error: there is no space left to write to")
        code = 2
    except Exception:  # noqa: BLE001 - the boundary: what arrives here is a bug of ours
        _report_bug()
        code = 3
    return code


def _run(arguments: Sequence[str]) -> int:
    """Run a command. What a hook calls is understood here: click takes 30 ms to import."""
    if list(arguments[:1]) == ["validate"]:
        rest = list(arguments[1:])
        staged = rest[:1] == ["--staged"]
        paths = rest[staged:]
        if not any(path.startswith("-") for path in paths):
            from skillrepo.commands.validation import Options, validate  # noqa: PLC0415

            return validate(paths, Options(staged=staged))
    from skillrepo import app  # noqa: PLC0415 - as above

    return app.run(arguments)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _prepare_streams() -> None:
    # A stream that the caller has closed is None; its number must not go to the next open file.
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        # A path may hold bytes that are not text; printing it must not end in a traceback.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _report_bug() -> None:
    import platform  # noqa: PLC0415
    import traceback  # noqa: PLC0415

    _say(visible(traceback.format_exc()))
    system = f"skillrepo {__version__}, Python {platform.python_version()}, {platform.platform()}"
    _say(
        f"This is a bug in skillrepo. Please report it at {PROJECT_URL}/issues with the lines "
        f"above, the command, and: {system}"
    )
