#!/bin/sh
# The demo: an example repository of skills in the folder given, and a skill drafted in it from a
# brief and a document. `make demo` runs it. A folder that it did not make is left alone, and
# nothing is ever deleted.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
PATH="$(cd "$here/../.." && pwd)/.venv/bin:$PATH"
source=$here/postgresql-backups.md
brief='Restore a PostgreSQL database from a backup: from a dump, or to a point in time'

# The demo's own identity, and none of the settings of whoever runs it.
export PATH GIT_AUTHOR_NAME=Demo GIT_AUTHOR_EMAIL=demo@example.org
export GIT_COMMITTER_NAME=Demo GIT_COMMITTER_EMAIL=demo@example.org
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

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

name=postgresql-restore
count=1
while git show-ref --quiet --verify "refs/heads/skill/new/$name"; do
    count=$((count + 1))
    name=postgresql-restore-$count
done
run skillrepo new "$brief" --from "$source" --name "$name" --at operations
branch=skill/new/$name

printf '\nThe branch, its commit, and what the commit says of its origin:\n'
run git log --oneline --graph --all
run git show --stat --format='%h %s' "$branch"
run git show --no-patch --format='%(trailers)' "$branch"

printf '\nThe skill begins like this:\n'
run git show "$branch:skills/operations/$name/SKILL.md" | sed -n '1,40p'

printf '\nWhat the rules say of it:\n'
run skillrepo validate --rev "$branch"

printf '\nYour own files are as they were; the draft is on the branch %s in %s.\n' "$branch" "$1"
