#!/bin/bash
# Plays through what perdure is for: a crash in the middle of a call, and an upgrade while a call is under way.
# Everything happens in a temporary directory and on free ports of this machine, and nothing of it is left running.
set -euo pipefail
cd "$(dirname "$0")/../.."

python=$PWD/.venv/bin/python
greeter=$PWD/docs/examples/greeter
work=$(mktemp -d)
pids=()

finish() {
    local status=$?
    for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    [ $status = 0 ] || { echo; echo "The demo failed. The daemon's log:"; cat "$work/daemon.log" 2>/dev/null || true; }
    rm -rf "$work"
    exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
show() { sed 's/^/    /'; }
fail() { echo "$*" >&2; exit 1; }

say "Building perdure (release). The first time this takes a few minutes."
swift build -c release --product perdured >/dev/null
swift build -c release --product perdured-query >/dev/null
swift build -c release --product perdure >/dev/null
bin=$(swift build -c release --show-bin-path)

free_port() { "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
ingress=$(free_port)
admin=$(free_port)
port1=$(free_port)
port2=$(free_port)
export PERDURE_SOCKET=$work/control.sock
export LETTERS=$work/letters.txt
touch "$LETTERS"

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || fail "gave up waiting for: $*"
        sleep 0.1
    done
}

start_daemon() {
    env -u PERDURE_SOCKET "$bin/perdured" --data-dir "$work/data" --ingress-address "127.0.0.1:$ingress" \
        --admin-address "127.0.0.1:$admin" --control-socket "$PERDURE_SOCKET" >>"$work/daemon.log" 2>&1 &
    daemon=$!
    disown $daemon
    pids+=("$daemon")
    wait_for 20 curl --silent --fail "127.0.0.1:$ingress/restate/health"
}

# start_greeter VERSION PORT
start_greeter() {
    "$python" "$greeter/$1.py" --port "$2" >>"$work/greeter.log" 2>&1 &
    service=$!
    disown $service
    pids+=("$service")
    wait_for 20 curl --silent --output /dev/null "127.0.0.1:$2/health"
}

# greet GUEST SECONDS [KEY]: a call, with an idempotency key where it may be repeated.
greet() {
    local headers=(--header 'content-type: application/json')
    [ $# -lt 3 ] || headers+=(--header "idempotency-key: $3")
    curl --silent --show-error --fail --max-time 60 "127.0.0.1:$ingress/Greeter/greet" "${headers[@]}" \
        --data "{\"name\": \"$1\", \"drying\": $2}"
    echo
}

deployment_at() {
    "$bin/perdure" deployments list --json |
        "$python" -c 'import json, sys
print(next(d["id"] for d in json.load(sys.stdin)["deployments"] if d["uri"].rstrip("/") == sys.argv[1]))' \
            "http://127.0.0.1:$1"
}

# expect_lines PATTERN COUNT
expect_lines() {
    local found
    found=$(grep -c "$1" "$LETTERS" || true)
    [ "$found" = "$2" ] || fail "expected $2 lines '$1' in the letters, found $found"
}

say "1. Start the daemon and version 1 of a service, and tell the one about the other."
start_daemon
start_greeter v1 "$port1"
"$bin/perdure" deployments register "http://127.0.0.1:$port1" | show

say "2. Call it. It writes a letter, waits a second for the ink, posts it, and counts the letters of this guest."
greet Ada 1 | show
say "   What really happened outside, one line for each time that a step ran:"
show <"$LETTERS"

say "3. Call it again with more ink, and kill the daemon (SIGKILL) while it dries: the letter is written, not posted."
greet Grace 5 letter-to-grace >/dev/null 2>&1 &
caller=$!
wait_for 20 grep -q 'wrote to Grace' "$LETTERS"
sleep 0.5
kill -KILL "$daemon"
wait "$caller" 2>/dev/null || true
echo "    The daemon is gone, and the caller has lost its connection."

say "4. Start the daemon again on the same data. The caller asks again with the same idempotency key."
start_daemon
"$bin/perdure" invocations list | show
greet Grace 5 letter-to-grace | show
say "   The letter was written once and posted once; the step that was recorded did not run again:"
grep Grace "$LETTERS" | show
expect_lines 'wrote to Grace' 1
expect_lines 'posted to Grace' 1

say "5. A call that takes a while begins on version 1."
greet Linus 12 letter-to-linus >"$work/linus" 2>/dev/null &
caller=$!
wait_for 20 grep -q 'wrote to Linus' "$LETTERS"
first=$(deployment_at "$port1")

say "6. Meanwhile version 2 is deployed beside version 1. It has a new step, which would confuse the call under way."
start_greeter v2 "$port2"
"$bin/perdure" deployments register "http://127.0.0.1:$port2" --yes | show
"$bin/perdure" services list | show

say "7. New calls reach version 2:"
greet Ada 0 | show

say "8. Version 1 cannot be removed yet, and perdure says what it is waiting for:"
if "$bin/perdure" deployments remove "$first" >"$work/remove" 2>&1; then fail "version 1 was removed with a call on it"; fi
show <"$work/remove"

say "9. The call under way finishes on version 1, in the words of version 1 and without the new step:"
wait "$caller"
show <"$work/linus"
grep -q 'Hello Linus' "$work/linus" || fail "the call did not finish on version 1"
expect_lines 'wrote to Linus' 1
expect_lines 'stamped for Linus' 0

say "10. Now version 1 is drained, and is removed."
wait_for 20 "$bin/perdure" deployments remove "$first"
"$bin/perdure" deployments list | show

say "Done. Everything this demo has started is being stopped now."
