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

# Short commands go without Helidon, which is the dev server's: a class that is nowhere, such as those that
# picocli looks for, is looked for in every jar.
all=
few=
for jar in lkagent.jar lib/*.jar; do
  all=$all${all:+:}$jar
  case $jar in
    lib/helidon-*) ;;
    *) few=$few${few:+:}$jar ;;
  esac
done

# train CACHE JARS ARGUMENT...: quietly; what it says is of use only when it fails.
train() {
  cache=$1
  class_path=$(printf '%s' "$2" | sed "s|[^:]*|$quoted_dir/&|g")
  shift 2
  # shellcheck disable=SC2086 # linking holds several words
  "$java" "-XX:AOTCacheOutput=$cache" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData \
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
train cache/worker.aot "$all" worker cache
if [ -f vad/onnxruntime.jar ]; then
  # Of this run only what its job process leaves is wanted.
  train cache/unused.aot "$all" onnxruntime cache
  rm -f cache/unused.aot
fi
rm -f cache/log

# Sizes and times of change: a jar that was replaced, another JDK or a damaged cache must not start on these.
stamp() {
  stat -c '%n %s %Y' lkagent.jar lib/*.jar cache/*.aot "$java_home/release" "$java_home/lib/modules" 2>/dev/null ||
    stat -f '%N %z %m' lkagent.jar lib/*.jar cache/*.aot "$java_home/release" "$java_home/lib/modules"
}
{
  printf "worker_jars='%s'\n" "$all"
  printf "command_jars='%s'\n" "$few"
  printf "stamp='%s'\n" "$(stamp)"
} >cache/launch.new
mv cache/launch.new launch
