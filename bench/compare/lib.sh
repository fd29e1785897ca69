# Sourced by the programs in this folder: finding the parts, starting them, and ending everything that was started.
# shellcheck shell=bash

set -euo pipefail

BENCH_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$BENCH_DIR/../.." && pwd)
STARTED=()
WORK=
KEEP_WORK=no
LOAD_PID=
GATEWAY_CORES=${GATEWAY_CORES:-}
UPSTREAM_CORES=${UPSTREAM_CORES:-}
LOAD_CORES=${LOAD_CORES:-}

say() { printf '%s\n' "$*" >&2; }
fail() { say "$(basename "$0"): $*"; KEEP_WORK=yes; exit 1; }

# usage_of FILE: the comment at its head, which is its help.
usage_of() { sed -n '2,/^$/s/^# \{0,1\}//p' "$1" >&2; }

# begin: a private folder, and the promise to leave nothing running.
begin() {
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/gatehouse-bench.XXXXXX")
    # nginx's workers run as another user when the script runs as root.
    chmod 711 "$WORK"
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    find_java
    build_what_is_missing
}

clean_up() {
    local status=$? pid
    trap - EXIT INT TERM HUP
    if [ -n "$LOAD_PID" ]; then
        STARTED+=("$LOAD_PID")
    fi
    for pid in ${STARTED[@]+"${STARTED[@]}"}; do
        kill -TERM "$pid" 2>/dev/null || true
    done
    for pid in ${STARTED[@]+"${STARTED[@]}"}; do
        local waited=0
        while kill -0 "$pid" 2>/dev/null && [ $waited -lt 150 ]; do
            sleep 0.1
            waited=$((waited + 1))
        done
        kill -KILL "$pid" 2>/dev/null || true
    done
    if declare -F clean_up_more >/dev/null; then
        clean_up_more
    fi
    if [ "$KEEP_WORK" = yes ]; then
        say "logs are kept in $WORK"
    else
        rm -rf "$WORK"
    fi
    exit "$status"
}

find_java() {
    local candidate
    for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*25* /opt/*jdk*25*; do
        if [ -x "$candidate/bin/java" ] && "$candidate/bin/java" -version 2>&1 | grep -q 'version "25'; then
            JAVA="$candidate/bin/java"
            return
        fi
    done
    fail "no JDK 25 found: install one or set JAVA_HOME"
}

only_jar() {
    local jars=("$1"/target/"$2"-*-SNAPSHOT.jar)
    [ -f "${jars[0]}" ] && printf '%s' "${jars[0]}"
}

# ENGINE_JAR may name a simulated engine that lies elsewhere.
build_what_is_missing() {
    local engine=$ROOT/local-inference-supervisor/simulated-engine
    if [ -n "${ENGINE_JAR:-}" ]; then
        engine=$(dirname "$(dirname "$ENGINE_JAR")")
    fi
    if ! only_jar "$ROOT/bench/load" bench-load >/dev/null || ! only_jar "$engine" simulated-engine >/dev/null; then
        say "building the load generator and the simulated engine ..."
        (cd "$ROOT" && mvn -B -q -DskipTests package -pl bench/load,local-inference-supervisor/simulated-engine -am >&2)
    fi
    LOAD_JAR=$(only_jar "$ROOT/bench/load" bench-load) || fail "bench/load has no jar after its build"
    ENGINE_JAR=$(only_jar "$engine" simulated-engine) || fail "the simulated engine has no jar after its build"
}

# Disjoint cores for gateway, upstream and load, so that none takes the others' time; off below 4 cores or with PIN=no.
choose_cores() {
    local cores
    cores=$(nproc)
    if [ "${PIN:-yes}" = no ] || [ "$cores" -lt 4 ] || ! command -v taskset >/dev/null; then
        GATEWAY_CORES='' UPSTREAM_CORES='' LOAD_CORES=''
        PINNING="not pinned: gateway, upstream and load share $cores cores"
        return
    fi
    if [ -z "$GATEWAY_CORES" ]; then
        if [ "$cores" -ge 16 ]; then
            GATEWAY_CORES=0-3 UPSTREAM_CORES=4-9 LOAD_CORES=10-15
        elif [ "$cores" -ge 8 ]; then
            GATEWAY_CORES=0-1 UPSTREAM_CORES=2-5 LOAD_CORES=6-7
        else
            GATEWAY_CORES=0 UPSTREAM_CORES=1-2 LOAD_CORES=3
        fi
    fi
    [ -n "$UPSTREAM_CORES" ] && [ -n "$LOAD_CORES" ] || fail "name the cores of all three: gateway, upstream and load"
    PINNING="pinned: gateway on cores $GATEWAY_CORES, upstream on $UPSTREAM_CORES, load on $LOAD_CORES of $cores"
}

# on CORES COMMAND...: runs it there, or anywhere if CORES is empty. Replaces the shell it runs in.
on() {
    local cores=$1
    shift
    if [ -n "$cores" ]; then
        exec taskset -c "$cores" "$@"
    else
        exec "$@"
    fi
}

count_cores() {
    if [ -z "$1" ]; then
        nproc
    else
        taskset -c "$1" nproc
    fi
}

# load MODE ...: the generator. The serial collector and a fixed heap keep its own pauses out of the figures.
# In the background, because a shell that waits for a program in front of it would be deaf to Ctrl-C until its end.
load() {
    local status=0
    on "$LOAD_CORES" "$JAVA" -XX:+UseSerialGC -Xms256m -Xmx512m -Xmn160m -jar "$LOAD_JAR" "$@" &
    LOAD_PID=$!
    wait "$LOAD_PID" || status=$?
    LOAD_PID=
    return $status
}

free_ports() { load ports --count "$1"; }

# await URL SECONDS PID: until it answers 200.
await() {
    local tries=$(($2 * 20))
    until curl -fsS -o /dev/null -m 2 "$1" 2>/dev/null; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || fail "$1 did not answer within $2 s; logs are in $WORK"
        kill -0 "$3" 2>/dev/null || fail "the process behind $1 ended; logs are in $WORK"
        sleep 0.05
    done
}

# start_engine PORT: the simulated upstream. Sets ENGINE_PID.
start_engine() {
    # Idle connections live longer than any run: which gateway survives a closed one is not what is compared.
    VLLM_HTTP_TIMEOUT_KEEP_ALIVE=600 on "$UPSTREAM_CORES" "$JAVA" -XX:+UseParallelGC -Xms512m -Xmx512m \
        -jar "$ENGINE_JAR" serve bench --host 127.0.0.1 --port "$1" >"$WORK/engine.log" 2>&1 &
    ENGINE_PID=$!
    STARTED+=("$ENGINE_PID")
    await "http://127.0.0.1:$1/health" 30 "$ENGINE_PID"
}

# start_nginx PORT ENGINE_PORT: a bare reverse proxy of its own. Sets NGINX_PIDS to its workers'.
start_nginx() {
    local master
    command -v nginx >/dev/null || fail "nginx is missing: apt install nginx-light (its service need not run)"
    NGINX_WORKERS=$(count_cores "$GATEWAY_CORES")
    mkdir "$WORK/nginx"
    sed -e "s|@WORK@|$WORK/nginx|g" -e "s|@PORT@|$1|g" -e "s|@ENGINE@|$2|g" -e "s|@WORKERS@|$NGINX_WORKERS|g" \
        "$BENCH_DIR/nginx.conf" >"$WORK/nginx/nginx.conf"
    on "$GATEWAY_CORES" nginx -p "$WORK/nginx" -c "$WORK/nginx/nginx.conf" >"$WORK/nginx.log" 2>&1 &
    master=$!
    STARTED+=("$master")
    await "http://127.0.0.1:$1/health" 10 "$master"
    NGINX_PIDS=$(pgrep -P "$master" | paste -sd, -)
}

describe_machine() {
    printf 'Machine: %s, %s cores, %s MB memory, Linux %s\n' \
        "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" "$(nproc)" \
        "$(($(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo) / 1024))" "$(uname -r)"
    printf 'JVM: %s; %s\n' "$("$JAVA" -version 2>&1 | sed -n 2p)" "$(nginx -v 2>&1 || true)"
    printf 'Cores: %s; nginx with %s worker(s), buffering off\n' "$PINNING" "${NGINX_WORKERS:-no}"
    printf 'Load average at the start: %s; commit %s\n' "$(cut -d' ' -f1-3 /proc/loadavg)" \
        "$(git -C "$ROOT" rev-parse --short HEAD 2>/dev/null || echo unknown)"
}
