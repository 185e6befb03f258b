"""Looks for a pattern that a stranger wrote: in a process of its own, for two seconds at most.

A pattern can take longer than the universe has, and Python's matcher cannot be stopped from within.
"""

import json
import subprocess
import sys

_SECONDS = 2.0
_CODE = """\
import json, re, sys
asked = json.load(sys.stdin)
try:
    found = re.search(asked["pattern"], asked["text"], re.MULTILINE)
except (re.error, OverflowError, RecursionError) as error:
    said = {"wrong": str(error)}
else:
    said = {"found": None if found is None else found.span()}
sys.stdout.write(json.dumps(said))
"""


class PatternError(Exception):
    """Whether the pattern is found is not known; the text says why."""


def search(pattern: str, text: str, seconds: float = _SECONDS) -> tuple[int, int] | None:
    """Where what the pattern matches first begins and ends; None where it matches nothing.

    Raises `PatternError` where it is no regular expression of Python's, or takes too long.
    """
    try:
        done = subprocess.run(  # noqa: S603 - Python itself, with code of ours
            [sys.executable, "-I", "-S", "-c", _CODE],
            input=json.dumps({"pattern": pattern, "text": text}).encode(),
            capture_output=True,
            timeout=seconds,
            check=True,
        )
        said = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise PatternError(f"the pattern takes longer than {seconds:g} seconds") from None
    except (OSError, subprocess.CalledProcessError, ValueError):
        raise PatternError("the pattern could not be looked for") from None
    if "wrong" in said:
        raise PatternError(f"the pattern is no regular expression: {said['wrong']}")
    return (said["found"][0], said["found"][1]) if said["found"] else None
