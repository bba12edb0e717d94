#!/usr/bin/env bash
# Write what a built thing is made from (settings, documents) to a file, only when it is not what the file says:
# the file's age then tells make whether to build again. Unlike their own age, this sees a document taken away.
# Usage: remember.sh encoder|index|words|intents FILE
set -euo pipefail
# shellcheck source=scripts/settings.sh
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

load_settings
profile=${BONAFIDE_PROFILE:-profile}
case $1 in
    words) now=$(cksum "$profile/words.yml" 2>/dev/null || true) ;;
    intents) now=$(find "$profile/intents" -name '*.yml' -exec cksum {} + 2>/dev/null | LC_ALL=C sort || true) ;;
    encoder) now=$(env | grep '^BONAFIDE_ENCODER=' || true) ;;
    index)
        # Of the profile, where no setting says it: a folder, or several with colons between.
        library=${KNOWLEDGE_DOCUMENTS:-}
        [[ -n $library ]] || library=$(.venv/bin/python -m profiles library)
        now=$(
            env | grep '^KNOWLEDGE_' | LC_ALL=C sort || true
            # What may not be read is named by the build, and is noticed here as soon as it may be.
            sed 's/[[:space:]]*:[[:space:]]*/\n/g' <<<"$library" |
                while read -r folder; do
                    [[ -z $folder ]] || find -H "$folder" \( -type f -o -type l \) -exec cksum {} +
                done 2>/dev/null | LC_ALL=C sort || true
        )
        ;;
esac
if [[ ! -e $2 || $(<"$2") != "$now" ]]; then
    mkdir -p "$(dirname "$2")"
    printf '%s\n' "$now" >"$2"
fi
