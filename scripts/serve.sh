#!/usr/bin/env bash
# Check all settings, then run both servers (Procfile); supervise.py starts again what dies.
set -uo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/settings.sh
. "$here/settings.sh"

load_settings
make_actions_token
.venv/bin/python "$here/check_ports.py" || exit 1
channels=$(.venv-rasa/bin/python -m bot check) || exit 1
.venv/bin/python -m actions check || exit 1

case ${BONAFIDE_HOST:-} in
    "" | 127.0.0.1 | 0.0.0.0 | :: | ::1) host=localhost ;;
    *:*) host="[$BONAFIDE_HOST]" ;;
    *) host=$BONAFIDE_HOST ;;
esac

cat <<TEXT
$channels
Starting the action server (port $BONAFIDE_ACTIONS_PORT) and the Rasa server (port $BONAFIDE_PORT). Ctrl-C stops both.
When the log says "Rasa server is up and running", open this page and ask something:
  http://$host:$BONAFIDE_PORT/
Or from another terminal:
  curl -s localhost:$BONAFIDE_PORT/webhooks/rest/webhook -d '{"sender": "me", "message": "what can you tell me?"}'
TEXT

exec .venv/bin/python "$here/supervise.py"
