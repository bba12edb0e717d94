#!/usr/bin/env bash
# The settings of a run: the environment first, then the file .env, then these defaults.
# Sourced by the other scripts; or: settings.sh COMMAND...

# Export what .env sets (KEY=value, one a line, # for comments) and the environment does not.
read_dotenv() {
    local line key value number=0
    while IFS= read -r line || [[ -n $line ]]; do
        ((number += 1))
        [[ $line =~ ^[[:space:]]*(#.*)?$'\r'?$ ]] && continue
        if ! [[ $line =~ ^[[:space:]]*(export[[:space:]]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]]; then
            # Not the line itself: it may hold a secret.
            echo "$1, line $number: expected KEY=value, or # and a comment." >&2
            exit 78
        fi
        key=${BASH_REMATCH[2]} value=${BASH_REMATCH[3]%$'\r'}
        case $value in
            \"*\" | \'*\') value=${value:1:${#value}-2} ;;
            *) value=${value%%[[:space:]]#*} value=${value%"${value##*[![:space:]]}"} ;;
        esac
        [[ -n ${!key+set} ]] || export "$key=$value"
    done <"$1"
}

load_settings() {
    if [[ -f .env ]]; then read_dotenv .env; fi
    export BONAFIDE_PORT=${BONAFIDE_PORT:-5005}
    export BONAFIDE_ACTIONS_PORT=${BONAFIDE_ACTIONS_PORT:-5055}
    export RASA_TELEMETRY_ENABLED=false
}

# What the Rasa server shows the action server: a new one for each start, unless there is one.
make_actions_token() {
    export BONAFIDE_ACTIONS_TOKEN=${BONAFIDE_ACTIONS_TOKEN:-$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')}
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    set -euo pipefail
    load_settings
    exec "$@"
fi
