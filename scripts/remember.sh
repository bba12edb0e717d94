#!/usr/bin/env bash
# Write what a built thing is made from (settings, documents) to a file, only when it is not what the file says:
# the file's age then tells make whether to build again. Unlike their own age, this sees a document taken away.
# Usage: remember.sh encoder|index FILE
set -euo pipefail
# shellcheck source=scripts/settings.sh
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

load_settings
case $1 in
    encoder) now=$(env | grep '^BONAFIDE_ENCODER=' || true) ;;
    index)
        now=$(
            env | grep '^KNOWLEDGE_' | LC_ALL=C sort || true
            find "${KNOWLEDGE_DOCUMENTS:-knowledge/documents}" -type f -exec cksum {} + | LC_ALL=C sort
        )
        ;;
esac
if [[ ! -e $2 || $(<"$2") != "$now" ]]; then
    mkdir -p "$(dirname "$2")"
    printf '%s\n' "$now" >"$2"
fi
