#!/bin/sh
# Measures an installed lkagent, and LiveKit's Python worker beside it; prints a table with the goals.
set -eu

usage() {
  cat <<'TEXT'
usage: src/bench/run.sh [--prefix DIR] [--out DIR] [--only PARTS] [--runs N]

  --prefix DIR  an installation of lkagent; without it, ./install.sh makes one in a temporary folder
  --out DIR     gets results.md and results.json (default: target/bench)
  --only PARTS  some of commands,child,pool,onnxruntime,burst,python,python-peer,node,node-peer (default: all)
  --runs N      processes measured one by one, and commands run (default: 15)

It needs what the tests need: the folder that src/test/tools/setup.sh fills (LKAGENT_TEST_TOOLS, or
~/.cache/lkagent-tests). Linux only. A whole run takes about forty minutes; let the machine rest meanwhile.
TEXT
}

die() {
  printf 'run.sh: %s\n' "$*" >&2
  exit 2
}

here=$(cd -P "$(dirname "$0")" && pwd)
root=$(cd -P "$here/../.." && pwd)
prefix=
out=$root/target/bench
only=
runs=15
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --prefix | --out | --only | --runs) [ $# -ge 2 ] || die "$1 needs a value" ;;
    *) die "unknown option: $1 (see --help)" ;;
  esac
  case $1 in
    --prefix) prefix=$2 ;;
    --out) out=$2 ;;
    --only) only=$2 ;;
    --runs) runs=$2 ;;
  esac
  shift 2
done
command -v python3 >/dev/null 2>&1 || die 'needs Python 3.10 or newer, and there is no python3 on PATH'

tools=${LKAGENT_TEST_TOOLS:-${HOME:?}/.cache/lkagent-tests}
work=$(mktemp -d "${TMPDIR:-/tmp}/lkagent-bench.XXXXXX")
child=
# shellcheck disable=SC2317 # the trap calls it
finish() {
  # The script ends what it started; it is told by a signal, and waited for.
  if [ -n "$child" ]; then
    kill -TERM "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

sh "$root/src/test/tools/setup.sh" "$tools"
if [ -z "$prefix" ]; then
  prefix=$work/prefix
  "$root/install.sh" --prefix "$prefix"
fi
[ -x "$prefix/bin/lkagent" ] || die "there is no lkagent in $prefix; install it with ./install.sh --prefix $prefix"
prefix=$(cd -P "$prefix" && pwd)

java_home=$(sh "$root/src/build/find-jdk.sh")
mkdir -p "$work/classes" "$out"
out=$(cd -P "$out" && pwd)
# Strings joined without code made at run time, as everything on a job process's path is.
"$java_home/bin/javac" -XDstringConcat=inline -d "$work/classes" -cp "$prefix/lib/lkagent/lkagent.jar" "$here/BenchAgent.java"

python3 "$here/bench.py" --prefix "$prefix" --tools "$tools" --work "$work" --out "$out" --only "$only" --runs "$runs" &
child=$!
status=0
wait "$child" || status=$?
child=
exit "$status"
