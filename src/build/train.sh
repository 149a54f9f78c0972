#!/bin/sh
# Makes the ahead-of-time caches of an installation: train.sh JAVA_HOME DIR
# DIR holds lkagent.jar and lib; it gets cache/*.aot, and the file "launch" that says how to start on them.
# The launcher takes the caches only while "launch" is true: same jars, same JDK, same caches.
set -eu

java_home=$1
dir=$2
java=$java_home/bin/java
cd "$dir"
mkdir -p cache
rm -f cache/* launch

for jar in lib/picocli-*.jar; do
  "$java" -cp "lkagent.jar:lib/*" io.lkagent.install.Training renew "$jar" >&2
done

# Only what has a dev server goes with Helidon: a class that is nowhere, such as those that picocli looks for, is
# looked for in every jar.
all=
few=
others=
for jar in lkagent.jar lib/*.jar; do
  all=$all${all:+:}$jar
  case $jar in
    lib/helidon-*) others=$others${others:+:}$jar ;;
    *) few=$few${few:+:}$jar ;;
  esac
done

# train CACHE JARS ARGUMENT...: quietly; what it says is of use only when it fails.
train() {
  cache=$1
  class_path=$(printf '%s' "$2" | sed "s|[^:]*|$quoted_dir/&|g")
  shift 2
  # shellcheck disable=SC2086 # linking holds several words
  "$java" "-XX:AOTCacheOutput=$cache" -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData \
    --sun-misc-unsafe-memory-access=allow -Djdk.reflect.useNativeAccessorOnly=true -cp "$class_path" $linking io.lkagent.install.Training "$@" >cache/log 2>&1 &&
    [ -s "$cache" ] && return
  echo "the training of $cache failed:" >&2
  tail -n 20 cache/log >&2
  return 1
}

echo 'making the caches (some seconds)' >&2
quoted_dir=$(printf '%s' "$dir" | sed 's/[\\&|]/\\&/g')
# Linking all classes of a cache at the start costs a command that uses few of them 40 ms.
linking='-XX:+UnlockDiagnosticVMOptions -XX:-AOTClassLinking'
LIVEKIT_API_SECRET=training train cache/commands.aot "$few" commands
linking=
# The workers' server ends with this script, which holds the other end of its standard input.
mkfifo cache/hold
"$java" -XX:TieredStopAtLevel=1 --sun-misc-unsafe-memory-access=allow -cp "$all" io.lkagent.install.TrainingServer cache/port \
  <cache/hold >cache/server.log 2>&1 &
server=$!
exec 9>cache/hold
waited=0
until [ -s cache/port ]; do
  if [ "$waited" -ge 600 ] || ! kill -0 "$server" 2>/dev/null; then
    cat cache/server.log >&2
    exit 1
  fi
  sleep 0.1
  waited=$((waited + 1))
done
port=$(cat cache/port)
train cache/worker.aot "$few" worker cache "$port"
if [ -f vad/onnxruntime.jar ]; then
  # Of this run only what its job process leaves is wanted.
  train cache/unused.aot "$few" onnxruntime cache "$port"
fi
exec 9>&-
wait "$server" || true
train cache/dev.aot "$all" dev cache
rm -f cache/unused* cache/hold cache/port cache/server.log
rm -f cache/log

# Sizes and times of change: a jar that was replaced, another JDK or a damaged cache must not start on these.
stamp() {
  stat -c '%n %s %Y' lkagent.jar lib/*.jar cache/*.aot "$java_home/release" "$java_home/lib/modules" 2>/dev/null ||
    stat -f '%N %z %m' lkagent.jar lib/*.jar cache/*.aot "$java_home/release" "$java_home/lib/modules"
}
{
  printf "all_jars='%s'\n" "$all"
  printf "few_jars='%s'\n" "$few"
  printf "other_jars='%s'\n" "$others"
  printf "stamp='%s'\n" "$(stamp)"
} >cache/launch.new
mv cache/launch.new launch
