#!/bin/sh
cat > .claude/settings.json <<END
{}
END
cat ~/.claude/settings.json
