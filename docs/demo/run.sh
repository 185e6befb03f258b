#!/bin/sh
# The demo: an example repository of skills in the folder given, and a skill drafted in it from a
# brief and a document. `make demo` runs it. A folder that it did not make is left alone, and
# nothing is ever deleted.
# With the word `model` behind the folder, as from `make demo-model`, it is drafted as by a language
# model: the replies lie in recordings/, and nobody is called.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
PATH="$(cd "$here/../.." && pwd)/.venv/bin:$PATH"
source=$here/postgresql-backups.md
brief='Restore a PostgreSQL database from a backup: from a dump, or to a point in time'
model=litellm_proxy/demo-recording
model_name=postgresql-recovery

# The demo's own identity, and none of the settings of whoever runs it.
export PATH GIT_AUTHOR_NAME=Demo GIT_AUTHOR_EMAIL=demo@example.org
export GIT_COMMITTER_NAME=Demo GIT_COMMITTER_EMAIL=demo@example.org
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat XDG_CONFIG_HOME=/nowhere
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE DSPY_TEMPERATURE

# Show a command as one would type it, and do it.
run() {
    printf '\n$'
    for word in "$@"; do
        case $word in
            *[!A-Za-z0-9_./:=-]*) printf " '%s'" "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    "$@"
}

taken() {
    git show-ref --quiet --verify "refs/heads/skill/new/$1"
}

case $1 in
    /*) folder=$1 ;;
    *) folder=./$1 ;;
esac
if [ -e "$folder/.git/skillrepo-demo" ]; then
    printf 'The demo in "%s" is there already: it gets one more draft.\n' "$1"
elif [ -d "$folder" ] && [ -n "$(ls -A "$folder")" ] || [ -f "$folder" ]; then
    printf 'The folder "%s" is there and not of this demo: make demo DEMO_DIR=...\n' "$1" >&2
    exit 1
else
    run skillrepo init "$folder"
    : >"$folder/.git/skillrepo-demo"
fi

cd "$folder"
run skillrepo taxonomy tree

if [ "${2-}" != model ]; then
    name=postgresql-restore
    count=1
    while taken "$name"; do
        count=$((count + 1))
        name=postgresql-restore-$count
    done
    run skillrepo new "$brief" --from "$source" --name "$name" --at operations
elif name=$model_name && taken "$name"; then
    printf '\nIts draft %s is there already, and a recording gives the same again.\n' "$name"
else
    # Where replies of models are recorded, and where --replay looks for them.
    mkdir -p .git/skillrepo/replies
    cp "$here"/recordings/*.json .git/skillrepo/replies
    run skillrepo new "$brief" --from "$source" --name "$name" --model "$model" --replay || {
        printf 'The recordings were made with DSPy 3.4.1; here is: ' >&2
        python -c 'from importlib.metadata import version; print(version("dspy"))' >&2
        exit 1
    }
fi
branch=skill/new/$name

printf '\nThe branch, its commit, and what the commit says of its origin:\n'
run git log --oneline --graph --all
run git show --stat --format='%h %s' "$branch"
if [ "${2-}" = model ]; then
    run git show --no-patch --format=%b "$branch"
else
    run git show --no-patch --format='%(trailers)' "$branch"
fi

printf '\nThe skill begins like this:\n'
file=$(git diff --name-only "$branch^" "$branch" -- '*/SKILL.md')
run git show "$branch:$file" | sed -n '1,40p'

printf '\nWhat the rules say of it:\n'
run skillrepo validate --rev "$branch"

printf '\nYour own files are as they were; the draft is on the branch %s in %s.\n' "$branch" "$1"
[ "${2-}" = model ] ||
    printf 'What a language model makes of the same brief, replayed without a call: make demo-model\n'
