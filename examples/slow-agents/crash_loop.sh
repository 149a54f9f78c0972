#!/bin/sh
# Bad: cannot start, on any machine that lacks what it was written on. A worker starts it again and
# again, ever more slowly; a probe says so at once.
# Better: say {"type":"failed","error":"…"} with the cause and the remedy, then exit 1.
printf '{"type":"hello","protocol":1,"pid":%d,"runtime":"sh"}\n' "$$" >&3
echo "cannot read /models/greeter.bin: no such file" >&2
exit 3
