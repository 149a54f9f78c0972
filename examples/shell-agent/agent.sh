#!/bin/sh
# A job process in POSIX shell: speaks lkagent's job protocol (src/docs/JOB-PROTOCOL.md), serves its
# room until the worker says that it is over, and joins nothing. Its stdout is a log.
# Started by: lkagent worker start --exec 'sh examples/shell-agent/agent.sh'

say() { printf '%s\n' "$1" >&3; }

# The value of a number or of a plain string in a frame: field NAME FRAME
field() { printf '%s\n' "$2" | sed -n 's/.*"'"$1"'": *"\{0,1\}\([^",}]*\).*/\1/p'; }

# The frame's own type, whatever stands inside its values: as the worker writes it, it comes first.
type_of() { printf '%s\n' "$1" | sed -n 's/^{"type":"\([a-z]*\)".*/\1/p'; }

say '{"type":"hello","protocol":1,"pid":'$$',"runtime":"sh"}'

while IFS= read -r frame; do
  case $(type_of "$frame") in
    init) say '{"type":"ready"}' ;;
    ping) say '{"type":"pong","t":'"$(field t "$frame")"'}' ;;
    start)
      say '{"type":"running"}'
      echo "serving a room" # here begins what the agent is for
      ;;
    shutdown)
      echo "leaving: $(field reason "$frame")"
      exit 0
      ;;
  esac # what a later version says is skipped
done
# The end of the input: the worker is gone.
