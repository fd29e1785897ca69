#!/bin/sh
# Builds the console into the daemon's classes: build.sh OUTPUT-DIRECTORY STAMP-FILE. Does nothing when nothing changed
# since; needs no network once node_modules is there. Without Node.js the daemon is built without its console, and says so.
set -eu
cd "$(dirname "$0")/.."
out=$1
stamp=$2

if [ -n "${GATEHOUSE_NO_CONSOLE:-}" ]; then
    echo "console: left out, as GATEHOUSE_NO_CONSOLE asks"
    exit 0
fi
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null; then
    echo "console: SKIPPED, Node.js 20 or later is not there (Debian: apt-get install nodejs npm); the daemon will say so at /console/"
    exit 0
fi

digest() {
    { node --version; find . -path ./node_modules -prune -o -path ./dist -prune -o -path ./e2e -prune -o -type f ! -name schema.d.ts -print |
        LC_ALL=C sort | while read -r file; do printf '%s ' "$file"; cksum <"$file"; done; } | cksum
}

now=$(digest)
if [ -f "$out/files" ] && [ "$(cat "$stamp" 2>/dev/null || true)" = "$now" ]; then
    exit 0
fi
if ! cmp -s package-lock.json node_modules/.installed-lock 2>/dev/null; then
    if ! npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2; then
        echo "console: SKIPPED, npm could not install what it is built with (no registry within reach?); the daemon will say so at /console/"
        exit 0
    fi
    cp package-lock.json node_modules/.installed-lock
fi
rm -rf "$out"
mkdir -p "$out" "$(dirname "$stamp")"
export CONSOLE_OUT="$out"
npm run --silent build >&2
printf '%s\n' "$now" >"$stamp"
echo "console: built"
