#!/bin/sh
# Fails when the agent's start is not what it was: check-init.sh [AGENT OPTION...]
# Without options: lkagent's own agent. Else what `lkagent worker start` would get, such as --python app.py.
#
# RUNS          measured starts (10)
# MAX_READY     the most that 99 % of them may take from the spawn to ready (1s)
# MIN_SUCCESS   the least share of them that must become ready (100%)
# BASELINE      an earlier report to compare with (init-baseline.json); made when it is missing
# REGRESSION    by how much the median may grow until it fails (20%)
# REPORTS       the folder for the reports (init-reports)
# LKAGENT       the command (lkagent)
set -eu

baseline=${BASELINE:-init-baseline.json}
reports=${REPORTS:-init-reports}
mkdir -p "$reports"

set -- "$@" --runs "${RUNS:-10}" \
  --max "p99=${MAX_READY:-1s}" --min-success "${MIN_SUCCESS:-100%}" \
  --json "$reports/init.json" --junit "$reports/init.xml" --html "$reports/init.html"
if [ -s "$baseline" ]; then
  set -- "$@" --compare "$baseline" --fail-on-regression "${REGRESSION:-20%}"
fi

"${LKAGENT:-lkagent}" probe-init "$@"
[ -s "$baseline" ] || cp "$reports/init.json" "$baseline"
