"""Runs command lines, one after the other, for who starts it: to import all takes most of a run.

It reads lines of JSON, the folder and the words of each, and prints code, output and errors.
"""

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout

from skillrepo import cli


def main() -> None:
    """Answer each line."""
    for line in sys.stdin:
        folder, *words = json.loads(line)
        os.chdir(folder)
        out, err = (io.TextIOWrapper(io.BytesIO(), write_through=True) for _ in range(2))
        with redirect_stdout(out), redirect_stderr(err):
            code = cli.main(words)
        said = (stream.buffer.getvalue().decode() for stream in (out, err))
        print(json.dumps([code, *said]), flush=True)  # noqa: T201 - that is what it is for


if __name__ == "__main__":
    main()
