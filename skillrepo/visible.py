"""Text that is safe to print: what a terminal or a CI runner would act on is made visible."""

import re
import shlex

# GitHub's runner obeys `##[command]`, Azure's `##vso[command]`, wherever in a line it stands.
# https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
_COMMAND = r"#(?=#[A-Za-z]{0,16}\[)"

# Control and bidirectional characters, what has no width, tags and the variation selectors that
# smuggle text (an emoji's own stay), lone surrogates. Text from skills is hostile: an escape
# sequence can rewrite what a reviewer sees.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufe00-\ufe0d\ufeff\ud800-\udfff\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
    f"|{_COMMAND}"
    # GitHub's obeys `::command::` at the beginning of a line, behind whatever space.
    "|^[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]*:(?=:)",
    re.MULTILINE,
)


def visible(text: str) -> str:
    """`text` with each unsafe character written as its code point; tabs and line ends stay."""
    return _UNSAFE.sub(lambda match: f"{match[0][:-1]}<U+{ord(match[0][-1]):04X}>", text)


def one_line(text: str) -> str:
    """`text` on one line and safe to print: a name with a line end in it must not forge a line."""
    return " ".join(visible(text).split())


def shell_word(text: str) -> str:
    """`text` as a word of a command that is shown to be pasted; NAME where it cannot be shown."""
    return shlex.quote(text) if one_line(text) == text else "NAME"


def inert_json(text: str) -> str:
    """JSON that says the same, in which a CI runner finds no command."""
    return re.sub(_COMMAND, r"\\u0023", text)
