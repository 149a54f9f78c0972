#!/bin/sh
# A small agent: says hello, is ready, answers pings, serves one job until it is told to stop.
# Usage: agent.sh [BEHAVIOUR]; the job's metadata can name one too, as {"metadata":"then-done"}.
behaviour=${1:-good}
say() { printf '%s\n' "$1" >&3; }

case $behaviour in
exit-at-once) exit 3 ;;
hang) echo "about to hang"; exec sleep 600 ;;
garbage) say 'this is not json'; exec sleep 600 ;;
flood-channel) exec head -c 104857600 /dev/zero >&3 ;;
flood-output) head -c 104857600 /dev/zero ;;
ignore-term) trap '' TERM ;;
esac

say "{\"type\":\"hello\",\"protocol\":1,\"pid\":$$,\"runtime\":\"sh\"}"
while read -r line; do
  case $line in
  *'"type":"init"'*)
    case $behaviour in
    fail) say '{"type":"failed","error":"no model"}'; exit 1 ;;
    die-after-ready) say '{"type":"ready"}'; exit 1 ;;
    esac
    say '{"type":"ready"}' ;;
  *'"type":"ping"'*)
    t=${line##*'"t":'}
    say "{\"type\":\"pong\",\"t\":${t%%[!0-9-]*}}" ;;
  *'"type":"start"'*)
    echo "starting"
    case $behaviour in
    die-at-first-start) [ -e "$MARKER" ] || { : >"$MARKER"; kill -9 $$; } ;;
    esac
    say '{"type":"running"}'
    case $behaviour in
    then-done) say '{"type":"done","status":"success","reason":"bye"}' ;;
    close-channel) exec 3>&- sleep 600 ;;
    linger) sleep 601 & setsid sh -c 'sleep 602 & setsid sleep 603 &' & ;;
    deaf) exec sleep 600 ;;
    greedy) exec tail /dev/zero >&2 ;;
    busy) (while :; do :; done) 3>&- & ;;
    esac ;;
  *'"type":"shutdown"'*)
    case $behaviour in
    ignore-term) exec sleep 600 ;;
    esac
    exit 0 ;;
  esac
done
