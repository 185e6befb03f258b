"""Skills for the tests of measures and grades: name → path in its folder → text.

`merge` has what one would wish for, and the others what one would not.
"""

import json
from collections.abc import Mapping

DESCRIPTION = (
    "Merges PDF files and reorders their pages. Use when several PDF documents are to become one, "
    "or when pages must be rotated or left out. Not for filling in PDF forms: use pdf-forms for it."
)


def text(body: str, name: str = "merge", description: str = DESCRIPTION) -> str:
    return f"---\nname: {name}\ndescription: {json.dumps(description)}\n---\n{body}"


MERGE = """
# Merge PDF files

Run `qpdf --empty --pages a.pdf b.pdf -- out.pdf` to merge whole files. Read
[the options](references/options.md) before pages are rotated with `--rotate`.

## Steps

1. Measure how many pages there are: run `qpdf --show-npages a.pdf`.
2. Run `scripts/merge.sh` with the files in their order. Use `--rotate=+90:2` to turn page 2 alone.
3. Verify the result: `qpdf --check out.pdf` must print no error, and `pdfinfo out.pdf` the sum of
   the pages.

```bash
scripts/merge.sh out.pdf a.pdf b.pdf
pdftotext out.pdf - | head
```

The order of the files is kept in `merge.toml`:

```toml
files = ["a.pdf", "b.pdf"]
```

## When it fails

- Read `man qpdf` for the exit codes: 2 means that a file is encrypted, and that `qpdf` needs
  `--password-file`.
- Repair damaged files with `mutool clean broken.pdf`; expect `mutool` to print what it dropped.
"""

VAGUE = """
# Writing well

Good writing takes care, and care takes time. Think about your readers first and about what they
already know. Most texts get better when they get shorter, and nearly all texts get better when
somebody else has read them. There is no rule that always holds. Think of the whole before the
parts, and come back to the whole when the parts are done. Do not be afraid of leaving things out,
since readers seldom miss what they never saw.

## Tone

Be kind, be clear and be brief. A good tone is the one that your readers expect. When in doubt
choose the plain word. Say things once. If a sentence can be read in two ways, then somebody will
read it in the wrong one.
"""

FAULTY = """
# Convert tables

Read [the dialects](references/dialects.md) and [the limits](references/limits.md).
Run `scripts/convert.py` on each table.

```json
{"delimiter": ";", "header": true,}
```

```python
def convert(path:
    return path
```

## Limits

Tables have at most 1,000 columns. Tables with more columns than that are split into several files,
each of which has the first column of the table once more. Tables have at most 1,000 columns. Tables
with more columns than that are split into several files, each of which has the first column of the
table once more.
"""

# What is code here is text when it is said again behind an open fence, and the other way round.
SPARSE = """
# Keep a branch short

Use `git rebase main` often, and push with --force-with-lease.

## Before the push

npm ci runs first, and then npm run lint-all, and what they print must be empty.

```bash
git log --oneline src/app
```

## After the push

Check the run:

gh run list shows it.
"""

SKILLS: Mapping[str, Mapping[str, str]] = {
    "merge": {
        "SKILL.md": text(MERGE),
        "references/options.md": "# Options\n\n`--rotate=+90` turns to the right.\n",
        "scripts/merge.sh": "qpdf --empty --pages $@ -- out.pdf\n",
        "evals/queries.json": json.dumps(
            [
                {"query": "put these three PDF documents into one", "should_trigger": True},
                {"query": "fill in this PDF form", "should_trigger": False},
                {"query": "what is the weather like", "should_trigger": False},
            ]
        ),
    },
    "vague": {"SKILL.md": text(VAGUE, "vague", "Everything about writing.")},
    "faulty": {
        "SKILL.md": text(FAULTY, "faulty", "I can help you with tables."),
        "references/limits.md": "# Limits\n",
        "references/history.md": "# History\n",
        "scripts/clean_table.sh": "sort -u\n",
    },
    "sparse": {"SKILL.md": text(SPARSE, "sparse", "Keeps branches short. Use when one grows.")},
    "open-fence": {"SKILL.md": text("\n# Logs\n\nRead `journalctl -u nginx`:\n\n```text\nMay 1\n")},
    "open-list": {"SKILL.md": text("\n# Order\n\n1. Run `make all`.\n2. Check the result\n")},
    "empty": {"SKILL.md": text("")},
    "chinese": {
        "SKILL.md": text(
            "\n# \u5408\u5e76\n\n\u8fd0\u884c `qpdf --check`\u3002\n",
            "chinese",
            "\u5408\u5e76\u591a\u4e2a\u6587\u4ef6\uff0c\u65cb\u8f6c\u9875\u9762",
        )
    },
    "long": {"SKILL.md": text("\n# Long\n\n" + "".join(f"Word{n} is said.\n" for n in range(300)))},
}
