"""Text of others that closes no issue: words such as `fixes #1` are broken up.

GitHub reads them in commits and descriptions, GitLab in commits, titles and descriptions, there in
code blocks as well.
https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
https://docs.gitlab.com/user/project/issues/managing_issues/#default-closing-pattern
https://docs.gitlab.com/user/markdown/#gitlab-specific-references
"""

import re

_CLOSING = re.compile(
    r"\b(clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):?"
    r"(?=\s+(?:issues?\s+)?(?:[\w./-]{0,200}#[0-9]|G[HL]-[0-9]|\[(?:issue|work_item):|https?://))",
    re.IGNORECASE,
)


def without_closing(text: str) -> str:
    """`text` with a hyphen between such a word and the issue."""
    return _CLOSING.sub(r"\1 -", text)
