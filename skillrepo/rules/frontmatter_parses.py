"""The frontmatter is there and is YAML.

What it checks: the file begins with a line that is exactly `---`, a second one closes the
frontmatter, and between them stands one YAML mapping with each key once, without tags, anchors,
aliases or merge keys, in sane limits (65,536 characters, 2,000 keys and values, 20 levels).

Why it matters: where the YAML does not parse, clients lose every field, and the skill is never
used. It is the commonest real defect of skills in pull requests, mostly by an unquoted colon in
the description.

How to fix it: put the value in double quotes, or close what is open; the message says where.

Example: `description: Use when: the build fails` has to be
`description: "Use when: the build fails"`.

Source: https://agentskills.io/specification ("must contain YAML frontmatter followed by Markdown").
"""

from collections.abc import Iterator

from skillrepo.document import Document, Unreadable
from skillrepo.rule import ERROR, Hit, Rule


def run(skill: Document | Unreadable) -> Iterator[Hit]:
    """Report why the frontmatter could not be read."""
    if isinstance(skill, Document) and skill.problem:
        problem = skill.problem
        yield Hit(problem.line, problem.column, problem.why, problem.fix)


RULE = Rule("D102", "frontmatter-parses", {"spec": ERROR, "house": ERROR}, __doc__, run_any=run)
