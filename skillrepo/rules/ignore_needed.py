"""What ignores a finding still has one to ignore.

What it checks: each comment `<!-- skillrepo-ignore … -->` of the skills that were checked, and,
where every skill was checked, each entry of `ignore:` in skillrepo.yaml, matches a finding. Those
of rules that were not run are not judged.

Why it matters: an ignore that is left behind hides the next fault of its kind in the same place.

How to fix it: remove it.

Example: the link was mended, and the comment above it still ignores L101.

Source: house.
"""

from collections.abc import Iterator, Sequence

from skillrepo.rule import WARNING, Hit, Rule, Use


def run(uses: Sequence[Use]) -> Iterator[tuple[str, Hit]]:
    """Report what matched nothing."""
    for use in uses:
        if use.needed is False and use.reason:
            message = f"ignores {use.rule}, of which nothing is found here; remove it"
            yield use.path, Hit(use.line, use.column, message)


RULE = Rule("D202", "ignore-needed", {"house": WARNING}, __doc__, run_ignores=run)
