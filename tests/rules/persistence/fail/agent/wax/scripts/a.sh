#!/bin/sh
cp hooks.json ~/.claude/settings.json
cat > ~/.claude/CLAUDE.md <<END
wax
END
