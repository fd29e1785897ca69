# Sourced by validate: its steps, in the order in which they are taken.
# shellcheck shell=bash

MODEL=tiny-random
DEPLOYMENT=tiny
STATUS_OF="[x for x in d['deployments'] if x['name'] == '$DEPLOYMENT'][0]"
PROMPT='{"role":"user","content":"ba be bi bo bu"}'

has_module() { "$PYTHON" -c "import $1" >/dev/null 2>&1; }
version_of() { "$PYTHON" -c "from importlib.metadata import version; print(version('$1'))" 2>/dev/null || true; }
library() { { ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null || true; } | awk -v name="$1" '$1 == name {print $NF; exit}'; }

# here WHAT DETAIL SKIPS: a line of what there is; SKIPS says what falls away where DETAIL is empty.
here() { if [ -n "$2" ]; then record "- $1: $2"; else record "- $1: **missing**. $3"; say "validate: missing: $1. $3"; fi; }

what_is_here() {
    local module missing=''
    step "1. What is here"
    command -v curl >/dev/null || give_up "curl is missing; install it"
    command -v "$PYTHON" >/dev/null || give_up "$PYTHON is missing; name a Python with --python"
    if ! command -v "$NVIDIA_SMI" >/dev/null || ! smi name >"$WORK/names" 2>"$WORK/why" || ! [ -s "$WORK/names" ]; then
        say "validate: there is no NVIDIA GPU here: nvidia-smi is missing or shows none. Run this on a machine with one, or rehearse it with --rehearse."
        exit 3
    fi
    record "$(uname -sr), $(nproc) cores; commit $(git -C "$ROOT" rev-parse --short HEAD 2>/dev/null || echo unknown); $(date -u +%Y-%m-%dT%H:%MZ)"
    show 20 "$NVIDIA_SMI" || true
    show 20 "$NVIDIA_SMI" --query-compute-apps=pid,used_memory --format=csv,noheader || true
    here "driver" "$(smi driver_version | sort -u | paste -sd, -)" ""
    for module in torch transformers tokenizers safetensors fastapi uvicorn openai; do
        [ -n "$(version_of $module)" ] || missing="$missing $module"
    done
    here "Python" "$("$PYTHON" --version 2>&1), torch $(version_of torch), transformers $(version_of transformers)" ""
    if [ -n "$missing" ]; then
        here "Python packages$missing" "" "Without them no model is made and none is served: steps 2 and 4 to 7 are skipped."
    else
        ENGINE_VERSION=$(version_of transformers)
        # The usual program where it lies beside its Python; else the same entry by its module, for packages on PYTHONPATH.
        if [ -x "$(dirname "$(command -v "$PYTHON")")/transformers" ]; then
            ENGINE_COMMAND="\"$(dirname "$(command -v "$PYTHON")")/transformers\""
        else
            ENGINE_COMMAND="\"$(command -v "$PYTHON")\", \"-c\", \"from transformers.cli.transformers import main; main()\""
        fi
        timeout 120 "$PYTHON" -c 'import torch; print("torch sees", torch.cuda.device_count(), "GPU(s), CUDA", torch.version.cuda)' \
            >"$WORK/torch" 2>&1 || true
        record "- $(tail -n 1 "$WORK/torch")"
        [ "$REHEARSE" = yes ] || grep -q 'sees [1-9]' "$WORK/torch" \
            || found FAIL "torch sees the GPU" "$(tail -n 1 "$WORK/torch")"
    fi
    if [ "$WITH_VLLM" = yes ] && command -v vllm >/dev/null; then
        VLLM=$(command -v vllm) VLLM_VERSION=$(version_of vllm)
    fi
    here "vLLM" "$VLLM" "Not asked for, or not installed: the same by vLLM is skipped."
    host_engine
    say "validate: building and starting; the first time takes minutes"
    "$GATEHOUSE" --version >"$WORK/shown" 2>&1 || { cat "$WORK/shown" >&2; give_up "bin/gatehouse does not start"; }
}

# Where DCGM is: a host engine that runs, or one that is installed and that this run starts for itself.
host_engine() {
    local lib
    [ "$REHEARSE" = no ] || { here "DCGM" "played" ""; return; }
    lib=$(library libdcgm.so.4)
    lib=${lib:-$(library libdcgm.so.3)}
    here "libdcgm" "$lib" "The comparison through DCGM is skipped."
    [ -n "$lib" ] || return 0
    if [ -S /tmp/nv-hostengine ]; then
        HOST_ENGINE=unix:///tmp/nv-hostengine
    elif (exec 3<>/dev/tcp/127.0.0.1/5555) 2>/dev/null; then
        HOST_ENGINE=tcp://127.0.0.1:5555
    elif command -v nv-hostengine >/dev/null; then
        OWN_HOST_ENGINE=$(command -v nv-hostengine) HOST_ENGINE=unix://$WORK/nv-hostengine
    fi
    here "nv-hostengine" "$HOST_ENGINE" "Neither running nor installed: the comparison through DCGM is skipped."
}

make_model() {
    step "2. A tiny model, made here"
    if [ -z "$ENGINE_COMMAND" ]; then
        found SKIPPED "model made" "Python packages are missing"
        return
    fi
    if show 180 "$PYTHON" "$HARDWARE_DIR/make-model.py" "$WORK/model" && [ -s "$WORK/model/model.safetensors" ]; then
        found PASS "model made" "$(grep parameters "$WORK/shown"), $(wc -c <"$WORK/model/model.safetensors") bytes"
    else
        found FAIL "model made" "see the record"
        ENGINE_COMMAND=''
    fi
}

# Each second the power of all GPUs, by nvidia-smi: what the energy that Gatehouse counts is held against.
watch_power() {
    (
        trap 'exit 0' TERM
        while sleep 1; do
            printf '%s %s\n' "$(now_ms)" "$(smi power.draw | awk '{sum += $1} END {print sum + 0}')"
        done
    ) >"$WORK/power" 2>/dev/null &
    STARTED+=($!)
}

# compare SOURCE: the GPUs as Gatehouse reads them beside nvidia-smi.
compare() {
    local gpu fields
    fields=$("$PYTHON" "$HARDWARE_DIR/compare-gpus.py" fields)
    ask until gpus "d['nodes'] and d['nodes'][0]['source'] == '$1' and all(g['powerWatts'] is not None for g in d['nodes'][0]['gpus'])" 30 \
        >/dev/null || { cli 30 gpus || true; found FAIL "read through $1" "$1 is not the source; the notes above say why"; return 0; }
    cli 30 gpus list || true
    smi "$fields" >"$WORK/before.csv"
    GATEHOUSE_DATA=$WORK/data timeout 30 "$GATEHOUSE" gpus list --output json >"$WORK/gpus.json"
    for gpu in $(ask get gpus "[g['index'] for g in d['nodes'][0]['gpus']]"); do
        GATEHOUSE_DATA=$WORK/data timeout 30 "$GATEHOUSE" gpus show "$gpu" --output json >"$WORK/gpu.$gpu.json"
    done
    smi "$fields" >"$WORK/after.csv"
    write_down "\$ nvidia-smi --query-gpu=$fields --format=csv,noheader,nounits" "$WORK/before.csv"
    cli 30 gpus show 0 || true
    if "$PYTHON" "$HARDWARE_DIR/compare-gpus.py" "$WORK/gpus.json" "$WORK/gpu." "$WORK/before.csv" "$WORK/after.csv" >"$WORK/compared"; then
        found PASS "$1 agrees with nvidia-smi" "$(tail -n 1 "$WORK/compared")"
    else
        found FAIL "$1 agrees with nvidia-smi" "$(tail -n 1 "$WORK/compared")"
    fi
    printf '\n' >>"$WORK/record.md"
    masked <"$WORK/compared" | tee -a "$WORK/record.md" >&2
}

start_and_compare() {
    step "3. The daemon, and the GPUs through NVML"
    PORT=$(free_port)
    if [ -n "$HOST_ENGINE" ]; then
        record "A DCGM host engine would be preferred; for this step the settings name an address where none is, so that NVML is the source."
        configure "$ELSEWHERE"
    else
        configure ''
    fi
    write_down "appliance.yaml" "$WORK/appliance.yaml"
    begun=$(now_ms)
    start_daemon
    watch_power
    found - "daemon ready" "$READY_MS ms after the command"
    compare nvml
}

# chat KIND TOKENS OUT: one call; prints status and seconds. KIND is stream or plain.
chat() {
    local stream=false
    [ "$1" = plain ] || stream=true
    curl -sSN -m 120 -o "$3" -w '%{http_code} %{time_total}\n' "http://127.0.0.1:$PORT/v1/chat/completions" \
        -H @"$WORK/key-header" -H 'Content-Type: application/json' \
        -d "{\"model\":\"$MODEL\",\"stream\":$stream,\"max_tokens\":$2,\"messages\":[$PROMPT]}" 2>>"$WORK/curl.log" || true
}

# answered KIND FILE STATUS: whether the reply is whole.
answered() {
    [ "$3" = 200 ] || return 1
    if [ "$1" = stream ]; then grep -q '^data: \[DONE\]' "$2"; else grep -q '"content"' "$2"; fi
}

define() {
    printf 'name: %s\npublicName: %s\nmodel: %s\nengine: %s\nreplicas: 1\nsizing:\n  contextTokens: 4096\n' "$1" "$2" "$WORK/model" "$3"
}

serve_and_account() {
    local call kind status seconds whole=0
    step "4. A deployment, calls, energy"
    used_mib >"$WORK/memory.before"
    define "$DEPLOYMENT" "$MODEL" transformers >"$WORK/deployment.yaml"
    verdict "deployment planned" "the plan says that it fits" cli 60 deployments plan --name "$DEPLOYMENT" --public-name "$MODEL" \
        --model "$WORK/model" --engine transformers --context 4096
    write_down "deployment.yaml" "$WORK/deployment.yaml"
    if ! cli 660 deployments apply -f "$WORK/deployment.yaml" --wait 600; then
        found FAIL "model served" "the engine does not serve; its output follows"
        cli 30 deployments logs "$DEPLOYMENT" --lines 60 || true
        return
    fi
    cli 30 deployments status "$DEPLOYMENT" || true
    cli 30 deployments logs "$DEPLOYMENT" --lines 15 || true
    found - "GPU memory" "$(cat "$WORK/memory.before") MiB before, $(used_mib) MiB with the engine, by nvidia-smi"
    cli 30 departments create --name Research || true
    cli 30 projects create --department Research --name hardware || true
    cli 30 prices create --model "$MODEL" --from 2026-01-01T00:00:00Z \
        --input 0.10 --output-tokens 0.40 --per-kilowatt-hour 0.30 --per-gpu-hour 1.90 || true
    cli 30 keys create --project Research/hardware --name validate --model "$MODEL" || true
    grep -oE 'ghk_[A-Za-z0-9_-]+' "$WORK/shown" | head -n 1 | sed 's/^/Authorization: Bearer /' >"$WORK/key-header" || true
    read -r status seconds < <(chat plain 4 "$WORK/reply")
    if [ "$status" = 200 ]; then
        found PASS "known by its public name" "the first call: $status in $seconds s"
    else
        write_down "\$ curl .../v1/chat/completions: $status" "$WORK/reply" 8
        cli 30 deployments logs "$DEPLOYMENT" --lines 10 || true
        found FAIL "known by its public name" "the first call: $status. The engine is started under the name for what follows"
        printf 'release: by-name\n' >>"$WORK/deployment.yaml"
        cli 660 deployments apply -f "$WORK/deployment.yaml" --wait 600 || true
        # The engine that served before goes on until the new one is known to be no worse.
        ask until deployments/status "[(r['id'] != '$DEPLOYMENT-0', r['phase']) for r in $STATUS_OF['replicas']] == [(True, 'ready')]" 120 \
            >/dev/null || found FAIL "engine under the public name" "it did not take over within two minutes"
    fi
    for call in $(seq "$CALLS"); do
        kind=$([ $((call % 2)) = 0 ] && echo stream || echo plain)
        read -r status seconds < <(chat "$kind" 64 "$WORK/reply")
        printf '%s %s %s s\n' "$kind" "$status" "$seconds" >>"$WORK/calls"
        ! answered "$kind" "$WORK/reply" "$status" || whole=$((whole + 1))
        [ "$call" -gt 2 ] || write_down "\$ curl .../v1/chat/completions ($kind, 64 tokens)" "$WORK/reply" 8
    done
    write_down "the calls" "$WORK/calls"
    if [ "$whole" = "$CALLS" ]; then found PASS "model served" "$whole of $CALLS calls whole"; else found FAIL "model served" "$whole of $CALLS calls whole"; fi
    account
}

# Energy is shared out about two minutes after the minute in which a call ended: docs/gpus.md.
account() {
    local counted taken since
    # Sums by the minute are kept for two days, so the question must begin later than usual.
    since=$(date -u -d '1 hour ago' +%Y-%m-%dT%H:00:00Z)
    say "validate: waiting for the minute to be shared out over its calls, about two minutes"
    # The last minute in which a call ended has its energy: then all have.
    if ! ask until "usage?groupBy=department,upstream&bucket=minute&from=$since" "(lambda called: bool(called) and any(
            l['start'] == max(called) and l['by']['department'] and float(l['wattHours']) > 0 for l in d['lines']))(
            [l['start'] for l in d['lines'] if l['by']['department'] and l['calls']])" 300 >"$WORK/waited"; then
        cli 30 usage --by department,upstream || true
        found FAIL "energy per call" "the last calls have no energy, or nobody could ask for it"
        return
    fi
    cli 30 usage --by department,upstream || true
    cli 30 usage --by department,model || true
    ask get 'usage?groupBy=department,upstream' "(lambda lines: '%.3f mWh and %.4f GPU-seconds a call, by %d calls of %s' % (
            1000 * sum(float(l['wattHours']) for l in lines) / sum(l['calls'] for l in lines),
            sum(float(l['gpuSeconds']) for l in lines) / sum(l['calls'] for l in lines),
            sum(l['calls'] for l in lines), lines[0]['names']['department']))(
            [l for l in d['lines'] if l['by']['department']])" >"$WORK/percall"
    found PASS "energy per call" "$(head -n 1 "$WORK/percall"); there $(($(cat "$WORK/waited") / 1000)) s after the calls"
    # The whole account: what the daemon counted since its start against nvidia-smi's power over the same time.
    curl -fsS -m 10 -H @<(sed 's/^/Authorization: Bearer /' "$WORK/data/admin-token") "http://127.0.0.1:$PORT/metrics" >"$WORK/metrics" 2>>"$WORK/curl.log" || true
    grep '^gatehouse_model_\(energy\|gpu_seconds\)\|^DCGM_FI_DEV_\(POWER_USAGE\|GPU_UTIL\|FB_USED\)' "$WORK/metrics" >"$WORK/shown" || true
    write_down "\$ curl .../metrics | grep energy, power, memory" "$WORK/shown" 20
    counted=$(awk '/^gatehouse_model_energy_watt_hours_total/ {sum += $NF} END {printf "%.4f", sum}' "$WORK/metrics")
    taken=$(awk 'NR > 1 {sum += ($1 - last) * ($2 + power) / 2 / 3600000} {last = $1; power = $2} END {printf "%.4f", sum}' "$WORK/power")
    if awk -v a="$counted" -v b="$taken" 'BEGIN {exit !(b > 0 && a > 0.85 * b && a < 1.15 * b)}'; then
        found PASS "energy in all" "$counted Wh counted, $taken Wh by nvidia-smi's power over the same time (allowed: 15 %)"
    else
        found FAIL "energy in all" "$counted Wh counted, $taken Wh by nvidia-smi's power over the same time (allowed: 15 %)"
    fi
}

# told_since LINES: what the daemon logged behind that line.
told_since() {
    tail -n +"$(($1 + 1))" "$WORK/daemon.log" \
        | sed -E 's/.*"level":"([A-Z]+)".*"formattedMessage":"(.*)","throwable".*/\1 \2/' >"$WORK/shown"
    write_down "the daemon's log since then" "$WORK/shown" 30
}

kill_engine() {
    local victim lines noticed begun serves status seconds
    step "5. kill -9 of the engine"
    victim=$(root_engine)
    [ -n "$victim" ] || { found FAIL "kill -9 of the engine" "no engine runs"; return; }
    lines=$(wc -l <"$WORK/daemon.log")
    found - "before" "engine $victim, $(used_mib) MiB of GPU memory in use"
    begun=$(now_ms)
    noticed=$(ask until deployments/status "$STATUS_OF['ready'] == 0" 60 --kill "$victim") || noticed=''
    if [ -n "$noticed" ] && [ "$noticed" -lt 1000 ]; then
        found PASS "crash noticed" "after $noticed ms (must: below 1000)"
    else
        found FAIL "crash noticed" "after ${noticed:-more than 60000} ms (must: below 1000)"
    fi
    # As a caller has it: the call waits for the engine, up to a minute a time.
    status=0
    while [ "$status" != 200 ] && [ $(($(now_ms) - begun)) -lt 300000 ]; do
        read -r status seconds < <(chat plain 8 "$WORK/reply")
        [ "$status" = 200 ] || sleep 1
    done
    serves=$(($(now_ms) - begun))
    told_since "$lines"
    cli 30 deployments status "$DEPLOYMENT" || true
    if [ "$status" = 200 ] && [ -n "$(root_engine)" ] && [ "$(root_engine)" != "$victim" ]; then
        found PASS "serves again" "a call was answered $serves ms after the kill, by engine $(root_engine); $(used_mib) MiB in use"
    else
        found FAIL "serves again" "status $status after $serves ms"
    fi
    cli 30 audit search --kind admin || true
}

has_events() { [ "$(grep -c '^data: ' "$1" 2>/dev/null || true)" -ge "$2" ] 2>/dev/null; }

kill_daemon() {
    local engine stream lines watching routed status seconds orphans adopted
    step "6. kill -9 of the daemon, with a stream under way"
    engine=$(root_engine)
    engines | sort >"$WORK/engines.before"
    chat stream 2000 "$WORK/stream" >"$WORK/stream.status" &
    stream=$!
    if ! within 30 has_events "$WORK/stream" 3 >/dev/null; then
        found FAIL "kill -9 of the daemon" "no stream could be begun"
        wait "$stream" || true
        return
    fi
    kill -KILL "$DAEMON"
    wait "$DAEMON" 2>/dev/null || true
    wait "$stream" || true
    found - "the stream" "$(grep -c '^data: ' "$WORK/stream" || true) events came before the cut$(grep -q 'DONE' "$WORK/stream" && echo ', and its end: it was over before the kill')"
    verdict "engine outlives the daemon" "engine $engine" kill -0 "$engine"
    lines=$(wc -l <"$WORK/daemon.log")
    ask until deployments/status "$STATUS_OF['ready'] == 1" 60 >"$WORK/routed" &
    watching=$!
    start_daemon
    # Routed is what the gateway can do; the answer itself waits for the engine, which may still work on the stream that was cut.
    wait "$watching" || true
    routed=$(cat "$WORK/routed")
    routed=${routed:-60000}
    read -r status seconds < <(chat plain 8 "$WORK/reply")
    told_since "$lines"
    cli 30 deployments status "$DEPLOYMENT" || true
    engines | sort >"$WORK/engines.after"
    adopted=$(root_engine)
    orphans=$(comm -13 "$WORK/engines.before" "$WORK/engines.after" | wc -l)
    verdict "same engine adopted" "engine $engine before, ${adopted:-none} after" test "$engine" = "$adopted"
    if [ "$status" = 200 ] && [ "$routed" -lt 3000 ]; then
        found PASS "calls routed again" "$routed ms after the command (must: below 3000); the first call: $status in $seconds s"
    else
        found FAIL "calls routed again" "$routed ms after the command (must: below 3000); the first call: $status in $seconds s"
    fi
    verdict "no orphans" "$orphans engine processes that were not there before" test "$orphans" = 0
}

by_vllm() {
    local status seconds
    [ -n "$VLLM" ] || { found SKIPPED "the same by vLLM" "not installed, or not asked for with --with-vllm"; return; }
    step "The same by vLLM"
    define "$DEPLOYMENT-vllm" "$MODEL-vllm" vllm >"$WORK/vllm.yaml"
    cli 60 deployments plan --name "$DEPLOYMENT-vllm" --public-name "$MODEL-vllm" --model "$WORK/model" --engine vllm --context 4096 || true
    if cli 960 deployments apply -f "$WORK/vllm.yaml" --wait 900; then
        cli 30 keys update Research/hardware/validate --model "$MODEL" --model "$MODEL-vllm" || true
        read -r status seconds < <(MODEL=$MODEL-vllm chat stream 32 "$WORK/reply")
        write_down "\$ curl .../v1/chat/completions (vLLM, stream, 32 tokens): $status in $seconds s" "$WORK/reply" 8
        verdict "the same by vLLM" "status $status" answered stream "$WORK/reply" "$status"
    else
        found FAIL "the same by vLLM" "it does not serve; its output follows"
    fi
    cli 30 deployments logs "$DEPLOYMENT-vllm" --lines 60 || true
    cli 30 deployments delete "$DEPLOYMENT-vllm" --cascade || true
    ask until deployments/status "not [x for x in d['deployments'] if x['name'] == '$DEPLOYMENT-vllm']" 120 >/dev/null || true
}

gave_back() { [ "$(used_mib)" -le $(($(cat "$WORK/memory.before") + 64)) ]; }

delete_deployment() {
    local with gone back
    step "7. Delete the deployment, see the memory come back"
    with=$(used_mib)
    cli 30 keys revoke Research/hardware/validate || true
    cli 60 deployments delete "$DEPLOYMENT" --cascade || found FAIL "deployment deleted" "refused; see above"
    gone=$(within 120 no_engines) || gone=''
    back=$(within 60 gave_back) || back=''
    if [ -n "$gone" ] && [ -n "$back" ]; then
        found PASS "memory given back" "$with MiB in use before, $(used_mib) MiB after ($(cat "$WORK/memory.before") MiB before the deployment); no engine process $gone ms after the command's end, memory back $back ms after that"
    else
        found FAIL "memory given back" "$with MiB in use before, $(used_mib) MiB after ($(cat "$WORK/memory.before") MiB before the deployment); engine processes: $(engines | wc -l)"
    fi
    ask until deployments/status "not d['deployments']" 30 >/dev/null || true
    cli 30 deployments status || true
}

stop_everything() {
    local last=$DAEMON
    stop_daemon
    if kill -0 "$last" 2>/dev/null || ! no_engines; then
        found FAIL "nothing left running" "daemon or engine processes: $(engines | paste -sd, -)"
    else
        found PASS "nothing left running" "no daemon, no engine process"
    fi
}

through_dcgm() {
    step "8. The GPUs through DCGM"
    [ -n "$HOST_ENGINE" ] || { found SKIPPED "DCGM agrees with nvidia-smi" "no libdcgm, or no nv-hostengine"; return; }
    if [ -n "$OWN_HOST_ENGINE" ]; then
        # In front, so that its process id is known; on a socket of its own, so that it is nobody else's.
        "$OWN_HOST_ENGINE" -n -d "$WORK/nv-hostengine" -f "$WORK/nv-hostengine.log" --pid "$WORK/nv-hostengine.pid" \
            >"$WORK/nv-hostengine.out" 2>&1 &
        STARTED+=($!)
        within 20 test -S "$WORK/nv-hostengine" >/dev/null \
            || { found FAIL "DCGM agrees with nvidia-smi" "nv-hostengine does not start: $(tail -n 1 "$WORK/nv-hostengine.out")"; return; }
    fi
    PORT=$(free_port)
    configure "$HOST_ENGINE"
    start_daemon
    compare dcgm
    stop_daemon
}
