#!/bin/sh
# Builds lkagent and installs it under a prefix. Run it again to update; see --help.
set -eu

usage() {
  cat <<'TEXT'
usage: ./install.sh [--prefix DIR] [--demo] [--uninstall]

Builds lkagent (needs a JDK 25 or newer, and Maven) and installs below PREFIX: bin/lkagent, lib/lkagent,
manual pages, and completions for bash, zsh and fish. It fetches the voice model (needs npm or pip; without
it the built-in agent runs without voice detection) and makes caches that let processes start faster.

  --prefix DIR  where to install (default: ~/.local)
  --demo        afterwards, run `lkagent demo --rooms 50`: fifty rooms, fifty processes, on this machine
  --uninstall   remove what it installed
  --help        this text
TEXT
}

say() {
  printf 'install.sh: %s\n' "$*" >&2
}

wrong_usage() {
  say "$*"
  usage >&2
  exit 2
}

die() {
  say "$*"
  exit 1
}

prefix=${HOME:-}/.local
demo=no
uninstall=no
while [ $# -gt 0 ]; do
  case $1 in
    --prefix)
      [ $# -ge 2 ] || wrong_usage '--prefix needs a folder'
      prefix=$2
      shift
      ;;
    --prefix=?*) prefix=${1#--prefix=} ;;
    --demo) demo=yes ;;
    --uninstall) uninstall=yes ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) wrong_usage "unknown option: $1" ;;
  esac
  shift
done
[ -n "$prefix" ] || wrong_usage '--prefix needs a folder'

here=$(cd -P "$(dirname "$0")" && pwd)

# What is undone at the end, whatever ends it: locks taken, a version half made.
build_lock=
prefix_lock=
new=
finish() {
  [ -z "$new" ] || rm -rf "$new" "$link" "$launcher"
  [ -z "$build_lock" ] || rm -rf "$build_lock"
  [ -z "$prefix_lock" ] || rm -rf "$prefix_lock"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# lock FOLDER: waits while another installer that is alive holds it.
lock() {
  waited=0
  until mkdir "$1/.lkagent-install" 2>/dev/null; do
    [ -d "$1/.lkagent-install" ] || die "cannot write to $1; choose another folder with --prefix DIR"
    holder=$(cat "$1/.lkagent-install/pid" 2>/dev/null || true)
    if [ "$waited" -gt 2 ] && { [ -z "$holder" ] || ! kill -0 "$holder" 2>/dev/null; }; then
      rm -rf "$1/.lkagent-install"
      continue
    fi
    [ "$waited" -ne 0 ] || say "another install.sh works in $1 (pid ${holder:-unknown}); waiting for it"
    [ "$waited" -lt 1800 ] || die "pid ${holder:-unknown} still works in $1; stop it, or remove $1/.lkagent-install"
    sleep 1
    waited=$((waited + 1))
  done
  echo $$ >"$1/.lkagent-install/pid"
}

man=share/man/man1
bash_completions=share/bash-completion/completions
zsh_completions=share/zsh/site-functions
fish_completions=share/fish/vendor_completions.d

if [ "$uninstall" = yes ]; then
  [ -e "$prefix/lib/lkagent" ] || [ -e "$prefix/bin/lkagent" ] || die "nothing of lkagent is in $prefix"
  lock "$prefix/lib" && prefix_lock=$prefix/lib/.lkagent-install
  rm -rf "$prefix/lib/lkagent" "$prefix/lib/lkagent.versions" "$prefix/bin/lkagent" "$prefix/$man/lkagent.1" "$prefix/$man"/lkagent-*.1 \
    "$prefix/$bash_completions/lkagent" "$prefix/$zsh_completions/_lkagent" "$prefix/$fish_completions/lkagent.fish" ||
    die "cannot remove all of it; you may lack the right to write to $prefix"
  say "removed lkagent from $prefix"
  exit 0
fi

java_home=$(sh "$here/src/build/find-jdk.sh") || exit 1
command -v mvn >/dev/null 2>&1 ||
  die 'needs Maven 3.8 or newer, and there is no mvn on PATH (Debian, Ubuntu: apt-get install maven; macOS: brew install maven)'
for folder in bin lib "$man" "$bash_completions" "$zsh_completions" "$fish_completions"; do
  mkdir -p "$prefix/$folder" 2>/dev/null || true
  [ -w "$prefix/$folder" ] || die "cannot write to $prefix/$folder; choose another folder with --prefix DIR"
done
prefix=$(cd -P "$prefix" && pwd)
mkdir -p "$here/target" 2>/dev/null || die "cannot write to $here, where it builds; clone lkagent to a folder of yours"
lock "$here/target" && build_lock=$here/target/.lkagent-install
lock "$prefix/lib" && prefix_lock=$prefix/lib/.lkagent-install

version=$(sed -n 's|^  <version>\(.*\)</version>.*|\1|p' "$here/pom.xml")
jar=$here/target/lkagent-$version.jar
# Maven is slow even when nothing has changed.
if [ -f "$jar" ] && [ -d "$here/target/lib" ] && [ -z "$(find "$here/pom.xml" "$here/src/main" -newer "$jar" | head -n 1)" ]; then
  say 'the build is up to date'
else
  say "building with $java_home"
  rm -f "$jar"
  (cd "$here" && mvn -q -B package -DskipTests -Dformat.skip=true) ||
    die "the build failed; what Maven printed above says why (without a network, it may lack a library)"
fi

# All is made ready in a folder of its own, which a link then names: an interrupted run leaves the old version whole.
# It stays where it was made, since a cache remembers its jars' folder, and a JVM that looks for it in vain loses 10 ms.
versions=$prefix/lib/lkagent.versions
current=$(readlink "$prefix/lib/lkagent" 2>/dev/null || true)
rm -rf "$prefix/lib"/.lkagent.link.* "$prefix/bin"/.lkagent.new.*
for left in "$versions"/*; do
  [ "$left" = "$versions/${current##*/}" ] || rm -rf "$left"
done
number=$$
while [ -e "$versions/$number" ]; do number=$((number + 1)); done
new=$versions/$number
link=$prefix/lib/.lkagent.link.$$
launcher=$prefix/bin/.lkagent.new.$$
mkdir -p "$new/lib" "$new/cache"
cp "$jar" "$new/lkagent.jar"
cp "$here"/target/lib/*.jar "$new/lib/"

# A model that is there already is not fetched again.
if [ -f "$prefix/lib/lkagent/vad/silero_vad.onnx" ]; then
  mkdir -p "$new/vad"
  cp "$prefix/lib/lkagent/vad/silero_vad.onnx" "$new/vad/"
fi
if ! sh "$here/src/build/fetch-model.sh" "$new/vad" ||
  ! "$java_home/bin/java" --enable-native-access=ALL-UNNAMED -cp "$new/lkagent.jar:$here/target/onnxruntime/*" \
    io.lkagent.vad.VadInstall "$new/vad"; then
  say 'the built-in agent runs without voice detection; run install.sh again once the above is mended'
  rm -rf "$new/vad"
fi

sh "$here/src/build/train.sh" "$java_home" "$new" ||
  say 'no caches were made; lkagent works without them, and starts more slowly'

quoted_java_home=$(printf '%s' "$java_home" | sed "s/'/'\\\\''/g; s/[\\\\&|]/\\\\&/g")
sed "s|^recorded_java_home=''\$|recorded_java_home='$quoted_java_home'|" "$here/src/main/launcher/lkagent.sh" >"$launcher"
chmod 755 "$launcher"

ln -s "lkagent.versions/$number" "$link"
[ -L "$prefix/lib/lkagent" ] || rm -rf "$prefix/lib/lkagent"
# Without -T (BSD: -h) the link would be moved into the folder that it is to replace.
mv -fT "$link" "$prefix/lib/lkagent" 2>/dev/null || mv -fh "$link" "$prefix/lib/lkagent"
new=
mv -f "$launcher" "$prefix/bin/lkagent"
[ -z "$current" ] || rm -rf "${versions:?}/${current##*/}"
rm -f "$prefix/$man"/lkagent-*.1
cp "$here"/man/*.1 "$prefix/$man/"
cp "$here/completions/lkagent.bash" "$prefix/$bash_completions/lkagent"
cp "$here/completions/_lkagent" "$prefix/$zsh_completions/_lkagent"
cp "$here/completions/lkagent.fish" "$prefix/$fish_completions/lkagent.fish"
say "installed $prefix/bin/lkagent"
case :${PATH:-}: in
  *":$prefix/bin:"*) ;;
  *) say "$prefix/bin is not on PATH; add it, or start lkagent by its full name" ;;
esac
finish
build_lock=
prefix_lock=

if [ "$demo" = yes ]; then
  say "running: lkagent demo --rooms 50"
  "$prefix/bin/lkagent" demo --rooms 50
fi
