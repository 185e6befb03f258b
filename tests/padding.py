"""Text that says nothing, to be put below a SKILL.md: no measure of it may rise by that.

`ATTACK` is the block of headings that lifts nearly every skill over the minimum of a grade which
counts headings; `KINDS` are pieces, by what they try. `NAMING` makes lines with names that no code
can tell from those of real things: what these gain is bounded, and not nothing. `HIDDEN` hides a
text, and `junk_evals` makes requests that nobody has.
"""

import json
import random
import re
import string
from collections.abc import Callable, Mapping

ATTACK = """
## Key Insights

**Key insight:** Understanding the fundamentals is the key to success.

## Red Flags

- Skipping important steps.

## Real-World Impact

This saves time and improves quality in real projects.

## Quick Reference

| Task | Approach |
| --- | --- |
| Common task | Follow the steps above |

## Common Mistakes

❌ Anti-pattern: doing it the wrong way.

✅ Best practice: doing it the right way.

### Pattern 1: Simple

### Pattern 2: Advanced

```python
print("hello")
```
"""

FILLER = ("the", "of", "quality", "care", "step", "always", "use", "it", "must", "run", "check")

KINDS = {
    "headings": "## Overview\n\n## Best Practices\n\n## Summary\n",
    "empty headings": "#\n##\n### \n",
    "boilerplate": "This skill provides comprehensive, robust guidance for all your needs.\n",
    "long boilerplate": "Quality matters, and quality comes from care in every step. " * 12 + "\n",
    "orders": "Make sure that everything works. Follow best practices. Always be careful.\n",
    "orders in a list": "- Always check your work.\n- Never skip a step.\n- Use good judgement.\n",
    "steps": "1. Do the first thing. Verify that it works.\n2. Do it. Verify that it works.\n",
    "checks": "Verify the result. It should return success. The exit code must be 0.\n",
    "table": "| Step | Check |\n| --- | --- |\n| First | It should pass |\n",
    "list": "- one\n- two\n- three\n",
    "tasks": "- [ ] Done\n- [x] Checked\n",
    "json": "```json\n{}\n```\n",
    "python": '```python\nprint("hello")\nx = 1\n```\n',
    "yaml": "```yaml\na: 1\n```\n",
    "toml": "```toml\na = 1\n```\n",
    "shell": "Verify it:\n\n```bash\necho ok\nls\n```\n",
    "code without a language": "```\nfoo\n```\n",
    "link to itself": "See [this page](SKILL.md) and [that](#overview).\n",
    "link to a file": "Read [the options](references/options.md) first. Run `scripts/merge.sh`.\n",
    "names of nothing": "Use `foo1`, `foo2`, `bar`, `x`, `your-file` and `example`.\n",
    "versions": "Requires v1.2.3, 2.0.0 or 3.1 and 10 MB, 20 MB and 30 s.\n",
    "paths of nothing": "Look at /a/b, path/to/file, ./foo/bar.txt and and/or.\n",
    "flags of nothing": "Pass --foo, --help and --version.\n",
    "addresses of nothing": "See https://example.com/foo.\n",
    "limits": "Do not use for anything else. Not for other tasks; use another skill instead.\n",
    "occasions": "Use when needed. Use when the user asks for it.\n",
    "open fence": "```\n",
    "open fence with a language": "```bash\n",
    "other fence": "~~~~\n",
    "comment": "<!-- nothing -->\n",
    "open comment": "<!--\n",
    "html": "<div>\n",
    "underlines": "===\n",
    "rules": "---\n\n***\n",
    "a row": "|---|\n",
    "quote": "> Remember this.\n",
    "blank lines": "\n\n\n",
    "indented": "    indented\n",
    "emphasis": "**IMPORTANT**: *always* remember this.\n",
    "definition": "[x]: SKILL.md\n",
    "numbers": "1 2 3 100 200 300\n",
    "optional": "All of this is optional, created in your project, for example.\n",
    "the attack": ATTACK,
}


OTHER = (
    "anchor", "autumn", "barrel", "basket", "blanket", "bridge", "candle", "carpet", "castle",
    "cellar", "corner", "cotton", "cousin", "curtain", "desert", "dinner", "engine", "farmer",
    "feather", "finger", "flower", "forest", "garden", "guitar", "hammer", "harbor", "helmet",
    "island", "jacket", "kettle", "ladder", "lantern", "lemon", "letter", "market", "meadow",
    "mirror", "morning", "mountain", "needle", "orange", "orchard", "palace", "pencil", "pepper",
    "picture", "pillow", "planet", "pocket", "potato", "rabbit", "ribbon", "river", "saddle",
    "shadow", "silver", "spider", "spring", "square", "stable", "station", "summer", "supper",
    "table", "temple", "thunder", "ticket", "timber", "tunnel", "valley", "velvet", "village",
    "violin", "wagon", "walnut", "window", "winter",
)  # fmt: skip


class Words:
    """Draws words that nobody knows, those of a description, and others."""

    def __init__(self, description: str, seed: int) -> None:
        self.description = description
        self._draw = random.Random(seed)  # noqa: S311 - no secret
        self._own = sorted(set(re.findall("[a-z]{4,}", description.lower()))) or ["thing"]

    def unknown(self) -> str:
        """Letters."""
        return "".join(self._draw.choices(string.ascii_lowercase, k=7))

    def own(self) -> str:
        """Two words of the description and a letter."""
        return f"{self._draw.choice(self._own)}-{self._draw.choice(self._own)}-{self.letter()}"

    def letter(self) -> str:
        """One of eight."""
        return self._draw.choice("abcdefgh")

    def other(self) -> str:
        """An ordinary word."""
        return self._draw.choice(OTHER)


def made_up(count: int, description: str = "", seed: int = 1) -> str:
    """Instructions and checks about things that nobody has ever heard of."""
    words = Words(description, seed)
    return "".join(f"- Run `{words.unknown()}` and verify it.\n" for _ in range(count))


def of_description(count: int, description: str, seed: int = 1) -> str:
    """Made of words of the description."""
    words = Words(description, seed)
    return "".join(f"- Run `{words.own()}` and verify `{words.own()}`.\n" for _ in range(count))


def in_code_too(count: int, description: str, seed: int = 1) -> str:
    """Made of words of the description, in a fence and in the text."""
    words = Words(description, seed)
    calls = [f"{words.own()} {words.own()} --{words.own()}" for _ in range(count)]
    fence = "".join(f"{call}\n" for call in calls)
    lines = "".join(f"- Run `{call}` and verify `{call.split()[0]}`.\n" for call in calls)
    return f"Verify it:\n\n```bash\n{fence}```\n\n{lines}"


def varied(count: int, description: str, seed: int = 1) -> str:
    """Of each name something else is said: whether that is sense, no code can tell."""
    words = Words(description, seed)
    return "".join(
        f"- Run `{words.unknown()} {words.own()}` when the {words.other()} is {words.other()}. "
        f"Verify that `{words.unknown()}` prints the {words.other()}.\n"
        for _ in range(count)
    )


NAMING: Mapping[str, Callable[[int, str], str]] = {
    "made up": made_up,
    "of the description": of_description,
    "in code and text": in_code_too,
    "varied": varied,
}

HIDDEN = {
    "a hidden element": "<div hidden>\n\n{}\n</div>\n",
    "a hidden style": "<p style='color: red; display:none'>\n\n{}",
    "a comment": "<!--\n{}\n-->\n",
    "a template": "<section><template id=a>\n<div>\n</div>\n\n{}\n</template></section>\n",
    "a script": "<script>\n\n{}\n</script>\n",
}


JUNK: Mapping[str, Callable[[Words, int], str]] = {
    "the description": lambda words, number: f"{words.description} {number}",
    "one request": lambda words, number: f"please {words.description.split()[0]} it, {number}",
    "letters": lambda words, _: f"{words.own()} {' '.join(words.unknown() for _ in range(6))}",
    "other words": lambda words, _: " ".join(words.other() for _ in range(6)),
    "words of the description": lambda words, _: f"please {words.own()} the {words.own()} of it",
}


def junk_evals(description: str, kind: str) -> str:
    """An eval file with requests that nobody has, and with tasks that try nothing."""
    words = Words(description, 1)
    texts = [JUNK[kind](words, number) for number in range(30)]
    queries = [{"query": text, "should_trigger": n % 2 == 0} for n, text in enumerate(texts[:20])]
    tasks = [{"prompt": text, "assertions": ["It works"]} for text in texts[20:]]
    return json.dumps({"queries": queries, "evals": tasks})


def own_sections(body: str) -> list[str]:
    """The sections of a body, each of which may be said once more."""
    cut = body.split("\n## ")
    return [body, *(f"## {section}" for section in cut[1:])]
