#!/usr/bin/env bash
# Talk to the assistant in this terminal, with the action server behind it.
set -uo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/settings.sh
. "$here/settings.sh"

log=build/logs/actions.log

load_settings
make_actions_token
.venv/bin/python "$here/check_ports.py" || exit 1
.venv-rasa/bin/python -m bot check >/dev/null || exit 1

mkdir -p build/logs
.venv/bin/python -m actions </dev/null >"$log" 2>&1 &   # in the background, so Ctrl-C does not reach it
actions=$!
trap 'kill "$actions" 2>/dev/null; wait "$actions" 2>/dev/null' EXIT

until (exec 3<>"/dev/tcp/127.0.0.1/$BONAFIDE_ACTIONS_PORT") 2>/dev/null; do
    if ! kill -0 "$actions" 2>/dev/null; then
        printf 'The action server ended before it was ready. The last lines of %s:\n' "$log" >&2
        tail -n 20 "$log" | sed 's/^/    /' >&2
        exit 1
    fi
    sleep 0.2
done

.venv-rasa/bin/python -m bot shell --model models/bonafide.tar.gz --endpoints endpoints.yml --port "$BONAFIDE_PORT"
