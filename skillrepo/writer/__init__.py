"""Who writes a draft: the offline writer and the command writer; the model's is in `program`.

`offline.write` makes a skill of documents in these steps, each with the modules it is made of:

1. read the sources: `sources`, `clean`, `page` (Markdown), `plain` (everything else), `boxes`;
2. read the brief: `brief`; find the category: `skillrepo.placement`;
3. find what to quote: `extract`, `snippets`, `procedures`, `constraints`, `mentions`, `excerpt`;
4. rank it and name the topics: `topics`, `sections`;
5. split the documents into references: `split`, `reference`; mend links: `anchors`, `links`;
6. put SKILL.md together: `description`, `router`; or `template`, where there are no sources.

`command.CommandWriter` runs a program in the folder that `handover` fills and empties.
"""
