#!/usr/bin/env bash
# Start both servers (Procfile) and keep them together: when one ends, the other is stopped.
set -uo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/settings.sh
. "$here/settings.sh"

load_settings
.venv/bin/python "$here/check_ports.py" || exit 1
channels=$(.venv-rasa/bin/python -m bot.channels.platforms) || exit 1

cat <<TEXT
$channels
Starting the action server (port $BONAFIDE_ACTIONS_PORT) and the Rasa server (port $BONAFIDE_PORT). Ctrl-C stops both.
When the log says "Rasa server is up and running", open this page and ask something:
  http://localhost:$BONAFIDE_PORT/
Or from another terminal:
  curl -s localhost:$BONAFIDE_PORT/webhooks/rest/webhook -d '{"sender": "me", "message": "what is osteoporosis?"}'
TEXT

# Beside this script, not in front of it: a signal to the script alone must reach the servers at once.
# .env is already read, and the environment goes before it; hence the empty one.
.venv/bin/python -m honcho --env /dev/null start &
servers=$!
interrupted=""
trap 'interrupted=yes; kill "$servers" 2>/dev/null' INT TERM
wait "$servers"
status=$?
if [[ -n $interrupted ]]; then wait "$servers"; fi

if [[ -n $interrupted ]]; then
    echo "Both servers are stopped."
    exit 0
fi
echo "A server ended by itself (exit $status), so the other was stopped. Its last lines above say why." >&2
((status != 0)) || status=1
exit "$status"
