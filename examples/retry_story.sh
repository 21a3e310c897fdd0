#!/usr/bin/env bash
# The life of an event that fails: published, tried at once and after each delay, dead-lettered,
# looked at, mended, replayed, done. Each step is shown twice: as `sluice` sees it, and as any other
# Redis client does.
#
#   examples/retry_story.sh                        with the default delays, half a minute
#   RETRY=100ms,200ms,400ms examples/retry_story.sh
#
# It starts a server of its own in a temporary folder and leaves nothing behind. SLUICE names the
# program. Ends with 0 when the story went as it is told.
set -euo pipefail

sluice=${SLUICE:-sluice}
retry=${RETRY:-1s,4s,16s}
stream=orders group=billing
folder=$(mktemp -d)
server=''

end() {
    if [ -n "$server" ]; then
        kill -TERM "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap end EXIT

chapter() { printf '\n== %s\n' "$1"; }

# Shows a command, then what it says.
show() {
    local word line=''
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_.,:/=-]* | '') line+=" '$word'" ;;
        *) line+=" $word" ;;
        esac
    done
    printf '$%s\n' "${line/ $sluice/ sluice}"
    "$@"
}

redis() { show redis-cli -h "$host" -p "$port" "$@"; }

# The story must be true: what is there, against what has been told.
expect() {
    if [ "$2" != "$3" ]; then
        printf 'retry_story: %s: expected %s, got %s\n' "$1" "$3" "$2" >&2
        exit 1
    fi
}

"$sluice" serve --data "$folder/data" --resp 127.0.0.1:0 --http 127.0.0.1:0 \
    --log-level warning >"$folder/ready" &
server=$!
until grep -q '^ready ' "$folder/ready"; do
    kill -0 "$server" || exit 1
    sleep 0.05
done
SLUICE_SERVER=$(sed -n 's/^ready resp=\([^ ]*\).*/\1/p' "$folder/ready")
export SLUICE_SERVER NO_COLOR=1
host=${SLUICE_SERVER%:*} port=${SLUICE_SERVER##*:}

# What the consumer runs: it can only handle prices that are numbers.
cat >"$folder/bill" <<'SCRIPT'
#!/bin/sh
price=$(sed -n 's/.*"price":"\([^"]*\)".*/\1/p')
case $price in
'' | *[!0-9]*)
    echo "the price '$price' is not a number" >&2
    exit 1
    ;;
esac
echo "billed $price (attempt $SLUICE_DELIVERIES)"
SCRIPT
chmod +x "$folder/bill"

chapter "A group that retries after $retry, and an event that nobody can handle"
show "$sluice" group create "$stream" "$group" --retry "$retry"
id=$(show "$sluice" publish "$stream" item=tea price=three | tee /dev/stderr | tail -n 1)
show "$sluice" why "$stream" "$group" "$id"

chapter 'The first attempt fails; the event is parked, and nothing waits behind it'
show "$sluice" consume "$stream" --group "$group" --consumer ada --once -- "$folder/bill"
show "$sluice" why "$stream" "$group" "$id"
redis SLUICE.PARKED "$stream" "$group"
redis XPENDING "$stream" "$group"

chapter 'Every retry fails, and the event is a dead letter'
show "$sluice" consume "$stream" --group "$group" --consumer bob --drain -- "$folder/bill"
show "$sluice" why "$stream" "$group" "$id"
redis XLEN "$stream:dlq"
expect 'entries that are pending' "$(redis-cli -h "$host" -p "$port" XPENDING "$stream" "$group" |
    head -n 1)" 0

chapter 'What failed, and how each attempt differed'
show "$sluice" dead summary "$stream"
dead=$("$sluice" dead list "$stream" --json | sed -n 's/^{"id":"\([^"]*\)".*/\1/p')
show "$sluice" dead show "$stream" "$dead"
redis XRANGE "$stream:dlq" - +

chapter 'Mended, and replayed to the group that failed, alone'
edited=$(show "$sluice" dead edit "$stream" "$dead" price=3 | tee /dev/stderr | tail -n 1)
show "$sluice" dead replay "$stream" "$edited" --dry-run
show "$sluice" dead replay "$stream" "$edited"
redis XLEN "$stream:dlq"

chapter 'This time it succeeds'
show "$sluice" consume "$stream" --group "$group" --drain -- "$folder/bill" | tee "$folder/said"
show "$sluice" group show "$stream" "$group"
redis XINFO GROUPS "$stream"
expect 'what was billed' "$(grep '^billed' "$folder/said")" 'billed 3 (attempt 1)'
expect 'dead letters' "$(redis-cli -h "$host" -p "$port" XLEN "$stream:dlq")" 0
expect 'entries that are pending' "$(redis-cli -h "$host" -p "$port" XPENDING "$stream" "$group" |
    head -n 1)" 0
echo
echo 'The story went as it is told.'
