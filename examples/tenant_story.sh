#!/usr/bin/env bash
# A tenant of a shared bus: made with limits, publishing safely, told to wait, waking up on time.
# Each step is shown as `sluice` sees it, and some as any other Redis client does.
#
#   examples/tenant_story.sh
#
# It starts a server of its own in a temporary folder and leaves nothing behind. SLUICE names the
# program. Ends with 0 when the story went as it is told.
set -euo pipefail

sluice=${SLUICE:-sluice}
folder=$(mktemp -d)
server=''

stop() {
    if [ -n "$server" ]; then
        kill -TERM "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    server=''
}
end() {
    stop
    rm -rf "$folder"
}
trap end EXIT

start() {
    env -u SLUICE_SERVER "$sluice" serve --data "$folder/data" --resp 127.0.0.1:0 \
        --http 127.0.0.1:0 --log-level warning >"$folder/ready" &
    server=$!
    until grep -q '^ready ' "$folder/ready"; do
        kill -0 "$server" || exit 1
        sleep 0.05
    done
    SLUICE_SERVER=$(sed -n 's/^ready resp=\([^ ]*\).*/\1/p' "$folder/ready")
    export SLUICE_SERVER NO_COLOR=1
    host=${SLUICE_SERVER%:*} port=${SLUICE_SERVER##*:}
}

chapter() { printf '\n== %s\n' "$1"; }

# Shows a command, then what it says.
show() {
    local word line=''
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_.,:/=+-]* | '') line+=" '$word'" ;;
        *) line+=" $word" ;;
        esac
    done
    printf '$%s\n' "${line/ $sluice/ sluice}"
    "$@"
}

# The same for a command that is to be refused.
refused() {
    if show "$@" 2>"$folder/why"; then fail "was not refused: $*"; fi
    sed 's/^/  /' "$folder/why"
}

redis() { redis-cli -h "$host" -p "$port" "$@"; }

fail() {
    printf 'tenant_story: %s\n' "$1" >&2
    exit 1
}

# The story must be true: what is there, against what has been told.
expect() { if [ "$2" != "$3" ]; then fail "$1: expected $3, got $2"; fi; }

start

chapter 'A tenant with limits'
show "$sluice" tenant create acme weight=3 storedevents=4 eventbytes=4096
show "$sluice" tenant list
refused "$sluice" tenant create 'ac:me'

chapter 'An event, as every Redis client sees it'
show "$sluice" publish orders --tenant acme --event-type order.placed --agent shop \
    --idempotency-key order-17 item=tea
show redis XRANGE t:acme:events:orders - +

chapter 'The same again is no second event'
show "$sluice" publish orders --tenant acme --event-type order.placed --agent shop \
    --idempotency-key order-17 item=tea
expect 'orders' "$(redis XLEN t:acme:events:orders)" 1

chapter 'What is wrong is said in a sentence, and stored nowhere'
refused "$sluice" publish orders --tenant acme --event-type order.placed item=tea
refused "$sluice" publish orders --tenant acme --event-type order.placed --agent shop \
    --call-chain front,till item=tea
refused "$sluice" publish orders --tenant nobody --event-type order.placed --agent shop item=tea
refused "$sluice" publish 'or:ders' --tenant acme --event-type order.placed --agent shop item=tea
expect 'orders' "$(redis XLEN t:acme:events:orders)" 1

chapter 'All of a batch, or none'
printf '{"item":"%s"}\n' milk sugar >"$folder/lines"
show "$sluice" publish orders --tenant acme --event-type order.placed --agent shop \
    --json --atomic <"$folder/lines"
expect 'orders' "$(redis XLEN t:acme:events:orders)" 3
refused "$sluice" publish orders --tenant acme --event-type order.placed --agent shop \
    --json --atomic <"$folder/lines"
expect 'orders' "$(redis XLEN t:acme:events:orders)" 3
show "$sluice" tenant set acme storedevents=100

chapter 'Later, and again and again'
show "$sluice" publish reminders --tenant acme --event-type order.late --agent shop \
    --at +1s order=17
show "$sluice" schedule set beat pulse --tenant acme --every 1s \
    --event-type clock.tick --agent clock
show "$sluice" schedule set report reports --tenant acme --cron '0 9 * * mon-fri' \
    --zone Europe/Zurich --event-type report.due --agent clock kind=daily
refused "$sluice" schedule set wrong pulse --tenant acme --cron '75 * * * *' \
    --event-type clock.tick --agent clock
show "$sluice" schedule list --tenant acme
sleep 2.3
expect 'reminders' "$(redis XLEN t:acme:events:reminders)" 1

chapter 'A restart in between'
stop
start
sleep 1.2
show "$sluice" schedule show beat --tenant acme --next 2
show "$sluice" schedule pause beat --tenant acme
# Each due time is the time of its event, and none comes twice.
redis XRANGE t:acme:events:pulse - + | sed -n 's/^.*beat@//p' >"$folder/times"
beats=$(wc -l <"$folder/times")
expect 'times that came twice' "$(sort "$folder/times" | uniq -d)" ''
if [ "$beats" -lt 3 ]; then fail "only $beats beats in three seconds"; fi
expect 'reminders' "$(redis XLEN t:acme:events:reminders)" 1

chapter 'The end of a tenant'
refused "$sluice" tenant drop acme
show "$sluice" tenant drop acme --with-streams
expect 'keys' "$(redis KEYS 't:acme:*')" ''
echo
echo 'The story went as it is told.'
