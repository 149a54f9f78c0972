#!/bin/sh
# Starts lkagent on the JDK that it was installed with, or on another one that fits.
set -u

# The JDK's home that install.sh recorded; empty in the source.
recorded_java_home=''

# The folder of the real file behind all links, so that a link in any bin folder will do.
here() {
  file=$1
  while [ -L "$file" ]; do
    target=$(readlink "$file")
    case $target in
      /*) file=$target ;;
      *) file=$(dirname "$file")/$target ;;
    esac
  done
  cd -P "$(dirname "$file")" && pwd
}

fits() {
  [ -n "$1" ] && [ -x "$1/bin/java" ] && [ -f "$1/release" ] || return 1
  major=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  [ -n "$major" ] && [ "$major" -ge 25 ]
}

find_java_home() {
  on_path=$(command -v java 2>/dev/null) && on_path=$(readlink -f "$on_path" 2>/dev/null)
  for home in "${LKAGENT_JAVA_HOME:-}" "$recorded_java_home" "${JAVA_HOME:-}" "${on_path%/bin/java}" \
    /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if fits "$home"; then
      java_home=$home
      return
    fi
  done
  return 1
}

# True while the installed caches, jars and JDK are those that belong together; sets all_jars, few_jars and other_jars.
# Size and time of change stand for the content: reading 100 MB at each start would cost more than it saves.
caches_fit() {
  [ -z "${LKAGENT_JAVA_HOME:-}" ] && [ -n "$recorded_java_home" ] && [ -r "$lib/launch" ] || return 1
  all_jars='' few_jars='' other_jars='' stamp=''
  # shellcheck source=/dev/null # install.sh wrote it
  . "$lib/launch"
  now=$(cd "$lib" && {
    stat -c '%n %s %Y' lkagent.jar lib/*.jar cache/*.aot "$recorded_java_home/release" "$recorded_java_home/lib/modules" ||
      stat -f '%N %z %m' lkagent.jar lib/*.jar cache/*.aot "$recorded_java_home/release" "$recorded_java_home/lib/modules"
  } 2>/dev/null)
  [ "$now" = "$stamp" ]
}

case $0 in
  */*) bin=${0%/*} ;;
  *) bin=. ;;
esac
if [ -L "$0" ]; then
  bin=$(here "$0") || exit 70
fi
lib=$bin/../lib/lkagent
if [ ! -f "$lib/lkagent.jar" ]; then
  printf 'lkagent: %s is missing; run install.sh again\n' "$lib/lkagent.jar" >&2
  exit 2
fi

# What it will be: a short command, a worker, or something with a dev server.
kind=commands
case "${1:-} ${2:-}" in
  'worker start') kind=worker ;;
  demo\ * | dev-server\ *) kind=dev ;;
esac
if [ "$kind" = worker ]; then
  # A file or an abbreviation can ask for it too; then its classes come from the jars, more slowly.
  [ -z "${LKAGENT_DEV:-}" ] || kind=dev
  for word in "$@"; do
    case $word in
      --dev | --dev=*) kind=dev ;;
    esac
  done
fi
# What stays long: a young generation sized by the machine would be filled before it is ever cleared (60 MB on
# 24 GiB); a small one is cleared in milliseconds. The old one grows as it must. What the start alone needed of native
# memory (the compiler, mostly: 5 MB) goes back to the system.
heap=
[ "$kind" = commands ] || heap='-Xms8m -Xmn3m -XX:TrimNativeHeapInterval=10000'

if caches_fit; then
  java_home=$recorded_java_home
  # A short command checks its cache for a byte that went bad; a worker would keep all of it in memory for that.
  case $kind in
    commands) cache=commands jars=$few_jars check=-XX:+VerifySharedSpaces ;;
    # With the dev server's jars behind those of the cache: whatever asks for one, it is there.
    worker) cache=worker jars=$few_jars:$other_jars check=-XX:-VerifySharedSpaces ;;
    *) cache=dev jars=$all_jars check=-XX:-VerifySharedSpaces ;;
  esac
  # The order in which the caches were made; a pattern would be in any order.
  class_path=
  before=$IFS
  IFS=:
  for jar in $jars; do class_path=$class_path${class_path:+:}$lib/$jar; done
  IFS=$before
  set -- "-XX:AOTCache=$lib/cache/$cache.aot" "$check" -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 \
    -Xlog:disable -Xlog:all=error:stderr "-Dlkagent.caches=$lib/cache" \
    -cp "$class_path" io.lkagent.Main "$@"
elif find_java_home; then
  set -- -cp "$lib/lkagent.jar:$lib/lib/*" io.lkagent.Main "$@"
else
  printf 'lkagent: needs Java 25 or newer, and none was found; install one, or point JAVA_HOME at it\n' >&2
  exit 2
fi

# With fewer, Java finds its classes missing and cannot say why. Java raises the soft limit by itself.
# shellcheck disable=SC3045 # where ulimit does not know -H, the check is left out
files=$(ulimit -Hn 2>/dev/null) || files=unlimited
if [ "$files" != unlimited ] && [ "$files" -lt 256 ]; then
  printf 'lkagent: needs 256 open files at least, and the limit is %s; raise it (ulimit -n)\n' "$files" >&2
  exit 2
fi

# Start fast and stay small: one collector thread, the quick compiler only, no file of counters in /tmp.
# protobuf's use of Unsafe is no news to whoever runs this. Reflection without code made for each call: few calls.
# exec, so that signals meant for lkagent reach it.
# shellcheck disable=SC2086 # heap and LKAGENT_JAVA_OPTS hold several words
exec "$java_home/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData $heap \
  --sun-misc-unsafe-memory-access=allow -Djdk.reflect.useNativeAccessorOnly=true ${LKAGENT_JAVA_OPTS:-} "$@"
