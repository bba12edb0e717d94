#!/usr/bin/env bash
# The settings of a run: the environment first, then the file .env, then these defaults.
# Sourced by the other scripts; or: settings.sh COMMAND...

# Export what .env sets (KEY=value, one a line, # for comments) and the environment does not.
read_dotenv() {
    local line key value
    while IFS= read -r line || [[ -n $line ]]; do
        [[ $line =~ ^[[:space:]]*(export[[:space:]]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] || continue
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

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    set -euo pipefail
    load_settings
    exec "$@"
fi
