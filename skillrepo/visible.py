"""Text that is safe to print: what a terminal or a CI runner would act on is made visible."""

import re

# Control and bidirectional characters, what has no width, tags and the variation selectors that
# smuggle text (an emoji's own stay), lone surrogates. Text from skills is hostile: an escape
# sequence can rewrite what a reviewer sees.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufe00-\ufe0d\ufeff\ud800-\udfff\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
    # GitHub's runner obeys `##[command]`, Azure's `##vso[command]`, wherever in a line it stands.
    # https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    "|#(?=#[A-Za-z]{0,16}\\[)"
)


def visible(text: str) -> str:
    """`text` with each unsafe character written as its code point; tabs and line ends stay."""
    return _UNSAFE.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)


def one_line(text: str) -> str:
    """`text` on one line and safe to print: a name with a line end in it must not forge a line."""
    return " ".join(visible(text).split())
