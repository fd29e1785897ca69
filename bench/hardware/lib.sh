# Sourced by validate: the record, what was found out, waiting, and ending everything that was started.
# shellcheck shell=bash

set -euo pipefail

HARDWARE_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HARDWARE_DIR/../.." && pwd)
GATEHOUSE=${GATEHOUSE:-$ROOT/bin/gatehouse}
PYTHON=${PYTHON:-python3}
NVIDIA_SMI=${NVIDIA_SMI:-nvidia-smi}
WORK=
DAEMON=
STARTED=()
FAILED=0

say() { printf '%s\n' "$*" >&2; }
give_up() { say "validate: $*"; exit 1; }
now_ms() { date +%s%3N; }
usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "$HARDWARE_DIR/validate" >&2; }

# begin DIR: the work directory, the only place that is written to, and the promise to leave nothing running.
begin() {
    if [ -n "$1" ]; then
        mkdir -p "$1"
        [ -z "$(ls -A "$1")" ] || give_up "$1 is not empty; name a new directory for --work"
        WORK=$(cd "$1" && pwd)
    else
        WORK=$(mktemp -d "${TMPDIR:-/tmp}/gatehouse-hw.XXXXXX")
    fi
    chmod 700 "$WORK"
    : >"$WORK/record.md"
    : >"$WORK/findings"
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

clean_up() {
    local status=$? pid
    trap - EXIT INT TERM HUP
    end_process "$DAEMON" 45
    for pid in $(engines); do
        say "validate: ending the engine process $pid, which outlived its daemon"
        kill -KILL "$pid" 2>/dev/null || true
    done
    for pid in ${STARTED[@]+"${STARTED[@]}"}; do
        end_process "$pid" 10
    done
    finish_record "$status" || say "validate: the record could not be written; it is in $WORK/record.md"
    if [ "$status" = 0 ] && [ "${KEEP:-no}" = no ]; then
        rm -rf "$WORK"
    elif [ "$status" != 3 ]; then
        say "validate: everything that was written is kept in $WORK"
    else
        rm -rf "$WORK"
    fi
    exit "$status"
}

# end_process PID SECONDS: asks it to end, waits, and ends it. An empty PID is none.
end_process() {
    local tries=$(($2 * 10))
    [ -n "$1" ] && kill -TERM "$1" 2>/dev/null || return 0
    while kill -0 "$1" 2>/dev/null; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || { kill -KILL "$1" 2>/dev/null || true; break; }
        sleep 0.1
    done
    wait "$1" 2>/dev/null || true
}

# masked: without the paths of this machine and without secrets.
masked() { sed -e "s|$WORK|WORK|g" -e "s|$ROOT/||g" -e "s|$ROOT|.|g" -e "s|${HOME:-/nonexistent}|~|g" -e 's/ghk_[A-Za-z0-9_-]*/ghk_.../g'; }

# record TEXT: a paragraph of the record.
record() { printf '\n%s\n' "$*" | masked >>"$WORK/record.md"; }

step() {
    say ""
    say "== $*"
    printf '\n## %s\n' "$*" >>"$WORK/record.md"
}

# write_down TITLE FILE [LINES]: a file's beginning as a block of the record, and on the screen.
write_down() {
    local lines=${3:-80}
    {
        printf '\n```console\n%s\n' "$1"
        head -n "$lines" "$2"
        [ "$(wc -l <"$2")" -le "$lines" ] || printf '... (%s lines in all)\n' "$(wc -l <"$2")"
        printf '```\n'
    } | masked | tee -a "$WORK/record.md" >&2
}

# show SECONDS COMMAND...: runs it with a deadline; the command and what it says go into the record. Its output is left in
# $WORK/shown, its status is the status.
show() {
    local seconds=$1 status=0
    shift
    timeout -k 5 "$seconds" "$@" >"$WORK/shown" 2>&1 || status=$?
    write_down "\$ $*" "$WORK/shown"
    [ $status -ne 124 ] || record "It did not end within $seconds s and was ended."
    return $status
}

# found VERDICT WHAT DETAIL: a line of the summary. PASS, FAIL, SKIPPED, or a dash for what is only told.
found() {
    printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$WORK/findings"
    say "-- $1: $2: $3"
    record "**$1**: $2: $3"
    [ "$1" != FAIL ] || FAILED=$((FAILED + 1))
}

# verdict WHAT DETAIL COMMAND...: PASS if the command ends well.
verdict() {
    local what=$1 detail=$2
    shift 2
    if "$@"; then found PASS "$what" "$detail"; else found FAIL "$what" "$detail"; fi
}

finish_record() {
    [ -n "${RECORD:-}" ] && [ -s "$WORK/record.md" ] || return 0
    {
        printf '# Record of a hardware validation\n\n'
        if [ "${REHEARSE:-no}" = yes ]; then
            printf '**SIMULATED: a rehearsal. No GPU was involved: NVML, DCGM and nvidia-smi were played, and the engine computed on the CPU.\nNo figure below says anything about a GPU.**\n\n'
        fi
        [ "$1" = 0 ] || printf '**The run ended with status %s.**\n\n' "$1"
        printf '| verdict | what | detail |\n| --- | --- | --- |\n'
        awk -F '\t' '{gsub(/\|/, "/"); printf "| %s | %s | %s |\n", $1, $2, $3}' "$WORK/findings" | masked
        cat -s "$WORK/record.md"
    } >"$RECORD"
    say "validate: the record is in $RECORD"
}

# ask get|until ...: see ask.py.
ask() { VALIDATE_URL=http://127.0.0.1:$PORT VALIDATE_TOKEN=$WORK/data/admin-token "$PYTHON" "$HARDWARE_DIR/ask.py" "$@"; }

# cli SECONDS ...: a command of Gatehouse's, shown in the record without the path to it.
cli() {
    local seconds=$1 status=0
    shift
    GATEHOUSE_DATA=$WORK/data timeout -k 5 "$seconds" "$GATEHOUSE" "$@" >"$WORK/shown" 2>"$WORK/complaints" || status=$?
    cat "$WORK/complaints" >>"$WORK/shown"
    write_down "\$ gatehouse $*" "$WORK/shown"
    return $status
}

# smi FIELDS: one line a GPU.
smi() { timeout 20 "$NVIDIA_SMI" --query-gpu="$1" --format=csv,noheader,nounits; }
used_mib() { smi memory.used | awk '{sum += $1} END {print sum + 0}'; }

# Processes that a daemon of this run has started as engines: their environment says so, and names the work directory.
# Those that have ended and only wait to be collected have no environment any more.
engines() {
    local file
    for file in /proc/[0-9]*/environ; do
        if tr "\000" "\012" 2>/dev/null <"$file" | grep -q "^GATEHOUSE_ENGINE_MARKER=" \
            && tr "\000" "\012" 2>/dev/null <"$file" | grep -qF "$WORK/"; then
            file=${file#/proc/}
            printf '%s\n' "${file%/environ}"
        fi
    done
}

# root_engine: the one of them whose parent is none of them.
root_engine() {
    local all pid parent
    all=$(engines)
    for pid in $all; do
        parent=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$pid/status" 2>/dev/null) || continue
        grep -qx "$parent" <<<"$all" || { printf '%s\n' "$pid"; return; }
    done
}

no_engines() { [ -z "$(engines)" ]; }

# within SECONDS COMMAND...: asks five times a second until it ends well; prints the milliseconds.
within() {
    local seconds=$1 begun
    begun=$(now_ms)
    shift
    until "$@"; do
        [ $(($(now_ms) - begun)) -lt $((seconds * 1000)) ] || return 1
        sleep 0.2
    done
    printf '%s\n' $(($(now_ms) - begun))
}

free_port() { "$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# configure DCGM_ADDRESS: the daemon's settings. An address where nobody listens makes NVML the source.
configure() {
    local sockets=$WORK/run
    {
        printf 'data: %s\nlisten:\n  address: 127.0.0.1\n  port: %s\n  tls: "off"\n' "$WORK/data" "$PORT"
        printf 'gpus:\n  sources: auto\n  node: validate\n'
        [ -z "$1" ] || printf '  dcgm-addresses: ["%s"]\n' "$1"
        printf 'engines:\n  backend: %s\n  on-stop: end\n' "$BACKEND"
        [ ${#sockets} -gt 60 ] || printf '  sockets: %s\n' "$sockets"
        printf '  programs:\n'
        if [ -n "$ENGINE_COMMAND" ]; then
            program transformers transformers "$ENGINE_VERSION" "$ENGINE_COMMAND"
            program by-name transformers "$ENGINE_VERSION" "\"$HARDWARE_DIR/engine-by-name\", \"$MODEL\", $ENGINE_COMMAND"
        fi
        [ -z "$VLLM" ] || program vllm vllm "$VLLM_VERSION" "\"$VLLM\""
        [ -n "$ENGINE_COMMAND$VLLM" ] || printf '    []\n'
    } >"$WORK/appliance.yaml"
}

program() {
    printf '    - name: %s\n      engine: %s\n      version: "%s"\n      command: [%s]\n' "$1" "$2" "$3" "$4"
    [ -z "${PYTHONPATH:-}" ] || printf '      environment:\n        PYTHONPATH: "%s"\n' "$PYTHONPATH"
}

# start_daemon: sets DAEMON, and READY_MS to how long it took until it answered. A box without a model is not ready, so its health is
# asked.
start_daemon() {
    local begun tries=1200
    begun=$(now_ms)
    LD_LIBRARY_PATH=${PLAYED_LIBRARIES:-}${PLAYED_LIBRARIES:+:}${LD_LIBRARY_PATH:-} \
        "$GATEHOUSE" serve --config "$WORK/appliance.yaml" >>"$WORK/daemon.log" 2>&1 &
    DAEMON=$!
    until curl -fsS -o /dev/null -m 2 "http://127.0.0.1:$PORT/healthz" 2>/dev/null; do
        tries=$((tries - 1))
        kill -0 "$DAEMON" 2>/dev/null || { tail -n 20 "$WORK/daemon.log" >&2; give_up "the daemon ended at its start"; }
        [ $tries -gt 0 ] || give_up "the daemon was not ready within a minute; see $WORK/daemon.log"
        sleep 0.05
    done
    READY_MS=$(($(now_ms) - begun))
}

stop_daemon() {
    end_process "$DAEMON" 60
    DAEMON=
}
