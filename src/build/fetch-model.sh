#!/bin/sh
# Fetches the VAD's model into a folder: fetch-model.sh DIR
# It comes out of LiveKit's own package, by npm or else by pip, and is taken only when its checksum
# is the one below. What is there already is left alone; to run it twice, or twice at once, does no harm.
set -eu

model=silero_vad.onnx
sha256=1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3
npm_package=@livekit/agents-plugin-silero@1.9.0
pip_package=livekit-plugins-silero==1.8.9

die() {
  printf 'fetch-model.sh: %s\n' "$*" >&2
  exit 1
}

is_the_model() {
  [ -f "$1" ] || return 1
  if command -v sha256sum >/dev/null 2>&1; then
    found=$(sha256sum <"$1")
  elif command -v shasum >/dev/null 2>&1; then
    found=$(shasum -a 256 <"$1")
  else
    die 'needs sha256sum or shasum to check the model, and neither is on PATH'
  fi
  [ "${found%% *}" = "$sha256" ]
}

# Each leaves the model under its own name in $new, or fails.
by_npm() {
  (cd "$new" && npm pack --loglevel=error --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-timeout=60000 "$npm_package" >npm.out 2>npm.err && tar -xzf ./*.tgz package/dist/$model) &&
    mv "$new/package/dist/$model" "$new/$model"
}

by_pip() {
  "$@" download --quiet --retries 1 --timeout 60 --disable-pip-version-check --no-deps --no-cache-dir --dest "$new" "$pip_package" >"$new/pip.out" 2>"$new/pip.err" &&
    (cd "$new" && python3 -m zipfile -e ./*.whl wheel) &&
    mv "$new/wheel/livekit/plugins/silero/resources/$model" "$new/$model"
}

why() {
  said_why=$(sed -n -e 's/^npm error //p' -e 's/^ERROR: //p' "$new/$1.err" 2>/dev/null | sed 1q)
  printf '%s: %s' "$1" "${said_why:-it failed}"
}

[ $# -eq 1 ] || die 'usage: fetch-model.sh DIR'
mkdir -p "$1" 2>/dev/null || die "cannot make the folder $1"
folder=$(cd "$1" && pwd)
is_the_model "$folder/$model" && exit 0

new=$(mktemp -d "$folder/.fetch.XXXXXX" 2>/dev/null) || die "cannot write to $folder"
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

pip=
if command -v python3 >/dev/null 2>&1 && python3 -m pip --version >/dev/null 2>&1; then
  pip='python3 -m pip'
fi
if ! command -v npm >/dev/null 2>&1 && [ -z "$pip" ]; then
  die 'the VAD model comes by npm or pip, and neither is there; install one (Debian, Ubuntu: apt-get install npm, or python3-pip) and run this again'
fi
said=
if command -v npm >/dev/null 2>&1; then
  by_npm || said=$(why npm)
fi
# shellcheck disable=SC2086 # several words are meant
if [ ! -f "$new/$model" ] && [ -n "$pip" ]; then
  by_pip $pip || said="${said:+$said; }$(why pip)"
fi
[ -f "$new/$model" ] || die "cannot fetch the VAD model ($said); check the network, and run this again"
is_the_model "$new/$model" ||
  die "the VAD model that came is not the one that was asked for (its SHA-256 is ${found%% *}, not $sha256); it was thrown away"
chmod 644 "$new/$model"
mv -f "$new/$model" "$folder/$model"
