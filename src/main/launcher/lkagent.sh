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

bin=$(here "$0") || exit 70
lib=$bin/../lib/lkagent
if [ ! -f "$lib/lkagent.jar" ]; then
  printf 'lkagent: %s is missing; run install.sh again\n' "$lib/lkagent.jar" >&2
  exit 2
fi
if ! find_java_home; then
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
# protobuf's use of Unsafe is no news to whoever runs this.
# exec, so that signals meant for lkagent reach it.
# shellcheck disable=SC2086 # LKAGENT_JAVA_OPTS holds several words
exec "$java_home/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -XX:-UsePerfData \
  --sun-misc-unsafe-memory-access=allow ${LKAGENT_JAVA_OPTS:-} -cp "$lib/lkagent.jar:$lib/lib/*" io.lkagent.Main "$@"
