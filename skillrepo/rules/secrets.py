"""No key or password of a service stands in the skill.

What it checks: no text of the skill holds a key that its form gives away: access keys of AWS,
tokens of GitHub, GitLab, Slack, npm, PyPI, Hugging Face and others, keys of Anthropic, OpenAI,
Google and Stripe, addresses of webhooks, and private keys with their body. Placeholders are none:
`EXAMPLE`, `your`, `xxxx`, characters that repeat or follow each other. The message shows four
characters.

Why it matters: what was pushed once is copied by everyone who installs the skill, and stays in the
history. Bots find such keys within minutes.

How to fix it: revoke the key first, then take it out, and have the script read it from the
environment. If it never was a key, write one that shows it, such as `AKIAIOSFODNN7EXAMPLE`.

Example: `export GITHUB_TOKEN=ghp_` followed by 36 letters and digits.

Source: house; the forms are those that the services publish for secret scanning, such as
https://docs.github.com/code-security/reference/secret-security/supported-secret-scanning-patterns.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, Hit, Rule
from skillrepo.secret_text import may_hold_secrets, secrets_in
from skillrepo.wording import texts


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look for the forms in the texts that hold a word of one."""
    for text in texts(skill, context):
        if not may_hold_secrets(text.vocabulary):
            continue
        for secret in secrets_in(text.text):
            begins = f" (`{secret.begins}…`)" if secret.begins else ""
            message = f"{secret.kind}{begins} stands in the text; revoke it, then take it out"
            yield Hit(*text.place(secret.start), message, path=text.path)


RULE = Rule("X103", "secrets", {"house": ERROR}, __doc__, run=run)
