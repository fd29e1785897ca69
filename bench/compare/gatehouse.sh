# Sourced: starting Gatehouse and governing it for a benchmark. The only file here that knows its commands and admin API.
# shellcheck shell=bash

BENCH_MODEL=bench
GATEHOUSE=${GATEHOUSE:-$ROOT/bin/gatehouse}
# More than any run can use: every check is made, none refuses.
PLENTY=10000000000

# start_gatehouse PORT DIR: `gatehouse demo` on that port and data. Sets GATEHOUSE_URL, ADMIN_TOKEN, GATEHOUSE_PID (the
# daemon's) and GATEHOUSE_LAUNCHER (what is stopped at the end).
start_gatehouse() {
    local tool
    for tool in jq curl; do
        command -v $tool >/dev/null || fail "$tool is missing: apt install $tool"
    done
    GATEHOUSE_DATA=$2
    [ -x "$GATEHOUSE" ] || fail "$GATEHOUSE is not there; GATEHOUSE may name another launcher"
    rm -f "$2/demo.json"
    on "$GATEWAY_CORES" "$GATEHOUSE" demo --without-setup --port "$1" --data "$2" >>"$WORK/gatehouse.log" 2>&1 &
    GATEHOUSE_LAUNCHER=$!
    STARTED+=("$GATEHOUSE_LAUNCHER")
    await "http://127.0.0.1:$1/readyz" 120 "$GATEHOUSE_LAUNCHER"
    local tries=200
    until [ -s "$2/demo.json" ] && jq -e .pids.daemon "$2/demo.json" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || fail "$2/demo.json was not written within 10 s; logs are in $WORK"
        sleep 0.05
    done
    GATEHOUSE_URL=$(jq -r .gateway "$2/demo.json")
    ADMIN_TOKEN=$(jq -r .adminToken "$2/demo.json")
    GATEHOUSE_PID=$(jq -r .pids.daemon "$2/demo.json")
}

# admin METHOD PATH [JSON]: a call of the admin API; its answer on stdout.
admin() {
    local method=$1 path=$2
    shift 2
    curl -fsS -m 20 -X "$method" "http://127.0.0.1:$GATEHOUSE_PORT/api/v1/$path" \
        -H "Authorization: Bearer $ADMIN_TOKEN" -H 'Content-Type: application/json' ${1:+-d "$1"} \
        || fail "the admin API refused $method $path; logs are in $WORK"
}

id_of() { jq -r '.id // .key.id'; }

# govern ENGINE_PORT: the engine as upstream and model `bench`, with everything switched on that costs time: a price,
# limits and budgets on every level of the tree. Sets PROJECT_ID and KEY.
govern() {
    local department upstream model issued scope
    upstream=$(admin POST upstreams "{\"name\":\"bench-engine\",\"kind\":\"vllm\",\"baseUrl\":\"http://127.0.0.1:$1/v1\",\"local\":true,\"simulated\":true}" | id_of)
    model=$(admin POST models "{\"name\":\"$BENCH_MODEL\",\"tokenizer\":\"o200k_base\",\"contextTokens\":100000,\"maxOutputTokens\":4096,\"targets\":[{\"upstreamId\":\"$upstream\",\"upstreamModel\":\"bench\"}]}" | id_of)
    admin POST prices "{\"modelId\":\"$model\",\"inputPerMillion\":\"0.5\",\"outputPerMillion\":\"1.5\"}" >/dev/null
    department=$(admin POST departments '{"name":"Benchmark"}' | id_of)
    PROJECT_ID=$(admin POST projects "{\"departmentId\":\"$department\",\"name\":\"Benchmark\"}" | id_of)
    issued=$(admin POST keys "{\"projectId\":\"$PROJECT_ID\",\"name\":\"bench\",\"models\":[\"$BENCH_MODEL\"]}")
    KEY=$(jq -r .secret <<<"$issued")
    for scope in "{\"type\":\"key\",\"id\":\"$(jq -r .key.id <<<"$issued")\"}" "{\"type\":\"project\",\"id\":\"$PROJECT_ID\"}" \
        "{\"type\":\"department\",\"id\":\"$department\"}"; do
        admin POST limits "{\"scope\":$scope,\"kind\":\"requests_per_minute\",\"amount\":$PLENTY}" >/dev/null
        admin POST limits "{\"scope\":$scope,\"kind\":\"tokens_per_minute\",\"amount\":$PLENTY}" >/dev/null
        admin POST limits "{\"scope\":$scope,\"kind\":\"concurrent_requests\",\"amount\":$PLENTY}" >/dev/null
        admin POST limits "{\"scope\":$scope,\"kind\":\"total_tokens\",\"amount\":$PLENTY}" >/dev/null
        admin POST budgets "{\"scope\":$scope,\"period\":\"month\",\"amount\":\"1000000000\"}" >/dev/null
    done
}

# key_with_quota NAME KIND AMOUNT: a key that may use so much. Sets QUOTA_KEY and QUOTA_KEY_ID.
key_with_quota() {
    local issued
    issued=$(admin POST keys "{\"projectId\":\"$PROJECT_ID\",\"name\":\"$1\",\"models\":[\"$BENCH_MODEL\"],\"limits\":[{\"kind\":\"$2\",\"amount\":$3}]}")
    QUOTA_KEY=$(jq -r .secret <<<"$issued")
    QUOTA_KEY_ID=$(jq -r .key.id <<<"$issued")
}

# audit_rows_of KEY_ID: the query that narrows audit rows, and usage, to a key.
audit_rows_of() { printf 'key=%s' "$1"; }

# chain_is_whole: whether the trail in the data directory verifies.
chain_is_whole() { "$GATEHOUSE" audit verify --data "$GATEHOUSE_DATA" >>"$WORK/verify.log" 2>&1; }

# race CALLS_FILE [OPTION ...]: clients at QUOTA_KEY, each call 37 tokens long with a cap of 50, so that every settlement
# gives back a part of its reservation.
race() {
    local calls=$1
    shift
    load race --url "$GATEHOUSE_URL" --key "$QUOTA_KEY" --model "$BENCH_MODEL" --tokens 37 --max-tokens 50 --token-ms 1 \
        --stream-percent 50 --leave-percent 33 --calls "$calls" "$@" 2>>"$WORK/load.log" >>"$WORK/race.json"
}

# use_up CALLS_PREFIX CLIENTS: what is left of QUOTA_KEY's quota, to its last token: first all clients at once, then one
# that asks for a single token at a time until that is refused too.
use_up() {
    race "$1.race" --clients "$2" --until quota --patience 25 --seconds 60
    race "$1.last" --clients 1 --until quota --patience 5 --seconds 60 --stream-percent 0 --leave-percent 0 \
        --tokens 1 --max-tokens 1
}

# Engines outlive a daemon that was killed; those of a demo that this script started must not outlive the script.
clean_up_more() {
    local pid
    [ -n "${GATEHOUSE_DATA:-}" ] && [ -s "$GATEHOUSE_DATA/demo.json" ] || return 0
    for pid in $(jq -r '.pids.engines[]?' "$GATEHOUSE_DATA/demo.json"); do
        if [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q simulated; then
            kill -TERM "$pid" 2>/dev/null || true
        fi
    done
}
