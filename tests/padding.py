"""Text that says nothing, to be put below a SKILL.md: no measure of it may rise by that.

`ATTACK` is the block of headings that lifts nearly every skill over the minimum of a grade which
counts headings; `KINDS` are pieces, by what they try. `made_up` gives names that no code can tell
from those of real things: what these gain is bounded, and not nothing.
"""

import random
import string

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


def made_up(count: int, seed: int = 1) -> str:
    """Instructions and checks about things that nobody has ever heard of."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    words = ("".join(draw.choices(string.ascii_lowercase, k=7)) for _ in range(count))
    return "".join(f"- Run `{word}` and verify it.\n" for word in words)


def own_sections(body: str) -> list[str]:
    """The sections of a body, each of which may be said once more."""
    cut = body.split("\n## ")
    return [body, *(f"## {section}" for section in cut[1:])]
