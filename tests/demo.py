"""The demo as it stands in `docs/demo/run.sh`: what a model is asked for there, and its replies."""

import re

import checkout

FOLDER = checkout.CHECKOUT / "docs/demo"
DOCUMENT = FOLDER / "postgresql-backups.md"
RECORDINGS = FOLDER / "recordings"
SETTINGS = dict(
    re.findall(
        r"^(brief|model|model_name)='?([^'\n]+)'?$", (FOLDER / "run.sh").read_text(), re.MULTILINE
    )
)
NEW = (
    "new",
    SETTINGS["brief"],
    *("--from", str(DOCUMENT)),
    *("--name", SETTINGS["model_name"]),
    *("--model", SETTINGS["model"]),
)
"""The command that drafts the skill, without what says that its replies are recorded."""
