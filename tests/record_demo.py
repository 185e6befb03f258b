"""Records the demo of a model again, after the program or the demo's document has changed.

Usage: python tests/record_demo.py --prompts FOLDER

The replies in `docs/demo/recordings` are named by what was asked, so a change of what is asked
makes them useless. They were written for this demo, by reading each prompt as a model would. This
gives each of them, known by the field that it begins with, to the prompt that asks for that field
now, and records it under its new name. Each prompt goes into the folder with its reply: read those
that changed, as whoever answers them. Where a reply is no good answer any more, change its `text`
in the recording, and run this again. Commit the folder of recordings, and name the version of DSPy
in `docs/demo/run.sh`: prompts depend on the wording of its adapters.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import demo
from openai_server import Received, Reply, failure, raw, serving

FIRST_ASKED = re.compile(r"starting with the field `\[\[ ## (\w+) ## \]\]`")
FIRST_GIVEN = re.compile(r"\[\[ ## (\w+) ## \]\]")


def known() -> dict[str, str]:
    """The first field of each reply → its text."""
    texts = [json.loads(each.read_bytes())["text"] for each in demo.RECORDINGS.glob("*.json")]
    return {str(FIRST_GIVEN.findall(text)[0]): text for text in texts}


def record(replies: dict[str, str], prompts: Path, folder: Path) -> None:
    """Have the skill drafted in a new repository in `folder`, and take over what was recorded."""

    def answer(received: Received) -> Reply:
        field = FIRST_ASKED.findall(received.prompt)[-1]
        if field not in replies:
            return failure(404, f"no recorded reply begins with the field {field}")
        (prompts / f"{field}.txt").write_text(f"{received.prompt}\n\n<<reply>>\n{replies[field]}\n")
        message = {"role": "assistant", "content": replies[field]}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        # Without usage: nobody counted, so the tokens are estimated, and told as such.
        return raw({"id": "1", "object": "chat.completion", "created": 1, "choices": [choice]})

    config = folder / "config/skillrepo/config.yaml"
    config.parent.mkdir(parents=True)
    skillrepo = Path(sys.executable).with_name("skillrepo")
    identity = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Demo"), ("EMAIL", "demo@example.org"))
    }
    environment = {**os.environ, **identity, "XDG_CONFIG_HOME": str(folder / "config")}
    environment.pop("DSPY_TEMPERATURE", None)
    with serving(*[answer] * 3 * len(replies)) as server:
        name = demo.SETTINGS["model"]
        entry = {"model": name, "api_base": server.url, "num_retries": 0}
        config.write_text(json.dumps({"models": {"registry": {name: entry}}}))
        repository = folder / "repo"
        repository.mkdir()
        for command in (("init",), demo.NEW):
            subprocess.run([skillrepo, *command], cwd=repository, env=environment, check=True)
    shutil.rmtree(demo.RECORDINGS)
    shutil.copytree(repository / ".git/skillrepo/replies", demo.RECORDINGS)
    demo.RECORDINGS.chmod(0o755)
    for file in demo.RECORDINGS.iterdir():
        file.chmod(0o644)


def main() -> None:
    """Record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=Path, required=True, metavar="FOLDER")
    options = parser.parse_args()
    options.prompts.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        record(known(), options.prompts, Path(folder).resolve())


if __name__ == "__main__":
    main()
