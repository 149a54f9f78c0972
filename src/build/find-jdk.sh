#!/bin/sh
# Prints the home of a JDK 25 or newer, or says what to install and exits 1.
# Looks at LKAGENT_JAVA_HOME, JAVA_HOME, the java on PATH, then where systems keep their JDKs.
set -u

major_of() {
  [ -x "$1/bin/java" ] && [ -f "$1/release" ] || return 1
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

fits() {
  major=$(major_of "$1") || return 1
  [ -n "$major" ] && [ "$major" -ge 25 ] && [ -x "$1/bin/javac" ]
}

candidates() {
  printf '%s\n' "${LKAGENT_JAVA_HOME:-}" "${JAVA_HOME:-}"
  java=$(command -v java 2>/dev/null) && java=$(readlink -f "$java" 2>/dev/null) && printf '%s\n' "${java%/bin/java}"
  printf '%s\n' /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "${HOME:-/nonexistent}"/.sdkman/candidates/java/* \
    "${HOME:-/nonexistent}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home
}

candidates | {
  while IFS= read -r home; do
    if [ -n "$home" ] && fits "$home"; then
      [ "${1:-}" = --quiet ] || printf '%s\n' "$home"
      exit 0
    fi
  done
  cat >&2 <<'MESSAGE'
lkagent needs a JDK 25 or newer, and none was found in JAVA_HOME, on PATH or in /usr/lib/jvm.
Install one, for example Eclipse Temurin 25 (Debian, Ubuntu: the package temurin-25-jdk from Adoptium's
repository; macOS: brew install --cask temurin@25; any system: sdk install java 25-tem), or point
JAVA_HOME at it, and run this again.
MESSAGE
  exit 1
}
