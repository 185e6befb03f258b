#!/bin/sh
# Makes a repository of skills with a change in it in the folder $1, and names both commits.
set -eu
mkdir -p "$1/skills/data/csv-join"
cd "$1"
git init --quiet
git config user.name fixture
git config user.email fixture@example.org
cat >taxonomy.yaml <<'END'
version: 1
categories:
  data: {title: Data, description: Tables and documents.}
END
cat >skills/data/csv-join/SKILL.md <<'END'
---
name: csv-join
description: Joins CSV files by a column. Use when tables are to be put together by a key.
---

# Joining CSV files

Run `xsv join id left.csv id right.csv` and look whether the number of rows is what you expect.
END
git add --all
git commit --quiet -m 'the base'
echo "base=$(git rev-parse HEAD)"
cat >>skills/data/csv-join/SKILL.md <<'END'

If rows are missing, run `xsv frequency -s id left.csv` to see which keys are there twice.
END
git commit --quiet --all -m 'a change'
echo "head=$(git rev-parse HEAD)"
