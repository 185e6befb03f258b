"""`allowed-tools` grants no more than before the change.

What it checks: each tool that `allowed-tools` of a changed skill grants was granted before the
change, by itself or by one that includes it, as `Bash(git:*)` includes `Bash(git log)`. What a new
skill grants is left to `wide-allowed-tools` and `whole-shell`.

Why it matters: what is granted runs without the user being asked. Who installed the skill agreed to
less, and an update does not ask again.

How to fix it: take the tool back. A maintainer who wants it says so in skillrepo.yaml of the base,
before the change is graded: an entry of `ignore:` with the rule, the skill and a reason. Remove the
entry when the change is merged; as long as it stands, it accepts the next tool, too.

Example: `allowed-tools: Read` becomes `allowed-tools: Read Bash(curl:*)`; to accept it,
`ignore: [{rule: wider-tools, skill: data/pdf-merge, reason: it fetches its fonts}]`.

Source: house. `skillrepo grade` checks it; `validate` sees no change, and does not.
"""

from collections.abc import Iterator

from skillrepo.document import Document
from skillrepo.rule import ERROR, Change, Hit, Rule


def run(change: Change) -> Iterator[tuple[str, Hit]]:
    """Compare the tools of each skill that was there before."""
    from skillrepo.semantic_diff import widened  # noqa: PLC0415 - what a hook does not need

    old = {new: was for new, was in change.skills.items() if was is not None}
    before = {each.path: each for each in change.before.library.load(sorted(set(old.values())))}
    for skill in change.after.library.load(sorted(old)):
        was = before.get(old[skill.path])
        if not isinstance(was, Document) or not isinstance(skill, Document):
            continue
        if granted := widened(was, skill):
            why = (
                f"`allowed-tools` grants what it did not before the change: {', '.join(granted)}; "
                "take that back, or have a maintainer accept it: skillrepo explain wider-tools"
            )
            yield skill.path, Hit(*skill.place("allowed-tools"), why)


RULE = Rule("G101", "wider-tools", {"house": ERROR, "spec": ERROR}, __doc__, run_change=run)
