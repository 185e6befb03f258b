"""What ignores a finding says of which rule, and why.

What it checks: each comment `<!-- skillrepo-ignore CODE: reason -->`, and each entry of `ignore:`
in skillrepo.yaml, names a rule that there is and gives a reason.

Why it matters: without a reason nobody knows later whether the finding was looked at or was in the
way. An entry without one ignores nothing.

How to fix it: write the reason behind the colon. `skillrepo-ignore` is about the line that it
stands in, or, on a line of its own, about the block below; `skillrepo-ignore-file` is about the
whole file.

Example: `<!-- skillrepo-ignore L101: the file is made when the skill is used -->`.

Source: house.
"""

from collections.abc import Iterator, Sequence

from skillrepo.rule import ERROR, Hit, Rule, Use

_FORM = "`<!-- skillrepo-ignore CODE: reason -->`"


def run(uses: Sequence[Use]) -> Iterator[tuple[str, Hit]]:
    """Look at each for a rule and a reason."""
    for use in uses:
        if not use.rule:
            message = f"ignores no rule; write {_FORM}"
            yield use.path, Hit(use.line, use.column, message)
        elif not use.known:
            message = f"there is no rule `{use.rule[:40]}`; `skillrepo explain` lists the rules"
            yield use.path, Hit(use.line, use.column, message)
        elif not use.reason:
            message = f"ignores {use.rule} without a reason, and so nothing; say why"
            yield use.path, Hit(use.line, use.column, message)


RULE = Rule("D201", "ignore-has-reason", {"house": ERROR}, __doc__, run_ignores=run)
