#!/bin/sh
# Puts the real servers and frameworks that tests run against into a folder: setup.sh DIR
# What is there already, in the right version, is left alone: a second run takes no time.
set -eu

livekit_server=1.13.5
python_packages='livekit-agents==1.8.9 livekit-plugins-silero==1.8.9 onnxruntime==1.31.1 livekit==1.1.21 livekit-api==1.2.2'
# The two newest minor versions, each with the media library that was current with it.
node_frameworks='1.9.0 1.8.1'
node_media=0.13.34
node_zod=4.1.8
# The oldest framework whose apps lkagent runs.
older_python_packages='livekit-agents==1.7.1'

die() {
  printf 'setup.sh: %s\n' "$*" >&2
  exit 1
}

say() {
  printf 'setup.sh: %s\n' "$*" >&2
}

[ $# -eq 1 ] || die 'usage: setup.sh DIR'
mkdir -p "$1" || die "cannot make the folder $1"
tools=$(cd "$1" && pwd)
partial="$tools/partial.$$"
trap 'rm -rf "$partial"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

install_livekit_server() {
  server="$tools/livekit-server-$livekit_server"
  [ -x "$server" ] && return
  command -v go >/dev/null 2>&1 ||
    die "the tests tagged livekit need Go 1.26 or newer to build livekit-server $livekit_server, and there is no go on PATH: install it, or run the other tests (mvn verify)"
  say "building livekit-server $livekit_server (minutes the first time)"
  mkdir -p "$partial/go"
  GOBIN="$partial/go" GOFLAGS=-mod=mod go install "github.com/livekit/livekit-server/cmd/server@v$livekit_server" ||
    die "go install of livekit-server $livekit_server failed; it needs Go 1.26 or newer ($(go version)) and the network"
  mv -f "$partial/go/server" "$server"
}

install_python_packages() {
  venv="$tools/$1"
  packages=$2
  stamp="$venv/lkagent-tests.stamp"
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$packages" ] && "$venv/bin/python" -c '' 2>/dev/null && return
  command -v python3 >/dev/null 2>&1 ||
    die 'the tests tagged python need Python 3.10 or newer, and there is no python3 on PATH: install it, or run the other tests (mvn verify)'
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    die "the tests tagged python need Python 3.10 or newer, and python3 is $(python3 -V 2>&1)"
  python3 -c 'import venv, ensurepip' 2>/dev/null ||
    die 'python3 has no venv module: install it (Debian, Ubuntu: the package python3-venv)'
  say "installing $packages"
  rm -rf "$venv"
  python3 -m venv "$venv" || die "python3 -m venv $venv failed"
  # shellcheck disable=SC2086 # one word per package is meant
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check $packages ||
    die "pip could not install $packages; it needs the network"
  printf '%s\n' "$packages" >"$stamp"
}

check_node() {
  command -v node >/dev/null 2>&1 ||
    die 'the tests tagged node need Node 20 or newer, and there is no node on PATH: install it, or run the other tests (mvn verify)'
  node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' ||
    die "the tests tagged node need Node 20 or newer, and node is $(node -v)"
}

# Each version lies in a folder of its own, where an app in a folder below finds it.
install_node_framework() {
  folder="$tools/node-$1"
  packages="@livekit/agents@$1 @livekit/rtc-node@$node_media zod@$node_zod"
  stamp="$folder/lkagent-tests.stamp"
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$packages" ] && return
  command -v npm >/dev/null 2>&1 ||
    die 'the tests tagged node need npm, and there is none on PATH: install it (Debian: the package npm), or run the other tests (mvn verify)'
  say "installing $packages"
  rm -rf "$folder"
  mkdir -p "$folder"
  printf '{"private":true}\n' >"$folder/package.json"
  # shellcheck disable=SC2086 # one word per package is meant
  npm install --prefix "$folder" --silent --ignore-scripts --no-audit --no-fund --save-exact $packages >&2 ||
    die "npm could not install $packages; it needs the network"
  printf '%s\n' "$packages" >"$stamp"
}

check_node
install_livekit_server
install_python_packages venv "$python_packages"
install_python_packages venv-older "$older_python_packages"
for version in $node_frameworks; do
  install_node_framework "$version"
done
# The virtual environment has a pip, which Debian's Python has not.
PATH="$tools/venv/bin:$PATH" sh "$(dirname "$0")/../../build/fetch-model.sh" "$tools/vad" ||
  die 'the tests of the VAD need its model; they are tagged python'
