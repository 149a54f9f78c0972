#!/bin/sh
# Builds lkagent and installs it under a prefix. Run it again to update; see --help.
set -eu

usage() {
  cat <<'TEXT'
usage: ./install.sh [--prefix DIR] [--demo]

Builds lkagent (needs a JDK 25 or newer, and Maven) and installs PREFIX/bin/lkagent and PREFIX/lib/lkagent.

  --prefix DIR  where to install (default: ~/.local)
  --demo        afterwards, run `lkagent demo --rooms 50`: fifty rooms, fifty processes, on this machine
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
while [ $# -gt 0 ]; do
  case $1 in
    --prefix)
      [ $# -ge 2 ] || wrong_usage '--prefix needs a folder'
      prefix=$2
      shift
      ;;
    --prefix=?*) prefix=${1#--prefix=} ;;
    --demo) demo=yes ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) wrong_usage "unknown option: $1" ;;
  esac
  shift
done

here=$(cd -P "$(dirname "$0")" && pwd)
java_home=$(sh "$here/src/build/find-jdk.sh") || exit 1
command -v mvn >/dev/null 2>&1 ||
  die 'needs Maven 3.8 or newer, and there is no mvn on PATH (Debian, Ubuntu: apt-get install maven; macOS: brew install maven)'
[ -n "$prefix" ] || wrong_usage '--prefix needs a folder'
mkdir -p "$prefix/bin" "$prefix/lib" || die "cannot write to $prefix; choose another folder with --prefix DIR"
if [ ! -w "$prefix/bin" ] || [ ! -w "$prefix/lib" ]; then
  die "cannot write to $prefix; choose another folder with --prefix DIR"
fi
prefix=$(cd -P "$prefix" && pwd)

say "building with $java_home"
(cd "$here" && mvn -q -B package -DskipTests -Dformat.skip=true) ||
  die "the build failed; what Maven printed above says why"

# All is made ready beside its place, then moved there: an interrupted run leaves the old version whole.
new=$prefix/lib/.lkagent.new.$$
old=$prefix/lib/.lkagent.old.$$
launcher=$prefix/bin/.lkagent.new.$$
# An interruption between the two moves below brings the old version back.
finish() {
  [ -e "$prefix/lib/lkagent" ] || [ ! -e "$old" ] || mv "$old" "$prefix/lib/lkagent"
  rm -rf "$new" "$old" "$launcher"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p "$new/lib"
version=$(sed -n 's|^  <version>\(.*\)</version>.*|\1|p' "$here/pom.xml")
cp "$here/target/lkagent-$version.jar" "$new/lkagent.jar"
cp "$here"/target/lib/*.jar "$new/lib/"

quoted_java_home=$(printf '%s' "$java_home" | sed "s/'/'\\\\''/g; s/[\\\\&|]/\\\\&/g")
sed "s|^recorded_java_home=''\$|recorded_java_home='$quoted_java_home'|" "$here/src/main/launcher/lkagent.sh" >"$launcher"
chmod 755 "$launcher"

[ ! -e "$prefix/lib/lkagent" ] || mv "$prefix/lib/lkagent" "$old"
mv "$new" "$prefix/lib/lkagent"
mv -f "$launcher" "$prefix/bin/lkagent"
say "installed $prefix/bin/lkagent"
case :${PATH:-}: in
  *":$prefix/bin:"*) ;;
  *) say "$prefix/bin is not on PATH; add it, or start lkagent by its full name" ;;
esac

if [ "$demo" = yes ]; then
  say "running: lkagent demo --rooms 50"
  "$prefix/bin/lkagent" demo --rooms 50
fi
