# The layer that the round Engines installs: the simulated engine, and a library that plays a GPU's driver. For tests alone; it is never part of
# a release, and its name, its version and all that it says call it simulated. Sourced.
# shellcheck shell=bash disable=SC2154,SC2094

# make_simulated_layer FOLDER VERSION: as `build --layer` takes it.
make_simulated_layer() {
    local folder=$1 version=$2 files=$1/files engine=$HOUSE/local-inference-supervisor/simulated-engine/target home=/opt/gatehouse/layers/simulated-engine
    [ -n "$(find "$engine" -name 'simulated-engine-*.jar' 2>/dev/null)" ] ||
        (cd "$HOUSE" && mvn -B -q -pl local-inference-supervisor/simulated-engine,appliance-daemon -am -Dmaven.test.skip=true -Dspotless.check.skip=true package)
    rm -rf "$folder"
    mkdir -p "$files"/{bin,lib,engine/lib,models/simulated-tiny}
    cp "$engine"/simulated-engine-*.jar "$files/engine/simulated-engine.jar"
    simulated_class_path "$engine"/simulated-engine-*.jar | while read -r jar; do
        cp "$HOUSE/appliance-daemon/target/lib/$jar" "$files/engine/lib/$jar"
    done
    # The image's own Java has all that it needs.
    printf '#!/bin/sh\nexec /usr/lib/gatehouse/runtime/bin/java -Xmx96m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar %s/engine/simulated-engine.jar "$@"\n' "$home" >"$files/bin/vllm"
    chmod 755 "$files/bin/vllm"
    gcc -shared -fPIC -O2 -o "$files/lib/libnvidia-ml.so.1" "$HOUSE/gpu-monitor/src/test/c/nvml.c"
    : >"$files/nvidiactl"
    simulated_gpu >"$files/gpu.script"
    printf '[Service]\nEnvironment=FAKE_GPU_SCRIPT=%s/gpu.script\n# Where a driver has its device, by which the daemon sees that there is one.\nBindReadOnlyPaths=-/run/gatehouse-layers/simulated-engine/nvidiactl:/dev/nvidiactl\n' "$home" >"$files/gatehouse.conf"
    python3 "$here/acceptance/simulated-model.py" "$files/models/simulated-tiny"
    printf '{"name": "simulated-engine", "version": "%s"}\n' "$version" >"$folder/layer.json"
    cp "$here/acceptance/simulated-check" "$folder/check"
    (cd "$folder" && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum -- >SHA256SUMS)
}

# simulated_class_path JAR: the names of the jars that it wants beside it.
simulated_class_path() {
    unzip -p "$1" META-INF/MANIFEST.MF | tr -d '\r' | sed -e ':a' -e 'N' -e '$!ba' -e 's/\n //g' | sed -n 's/^Class-Path: //p' | tr ' ' '\n' | sed 's|^lib/||'
}

# simulated_gpu: what the library that plays the driver says.
simulated_gpu() {
    printf '%s\n' count=1 driver=0.0.0-simulated
    printf 'gpu0.%s\n' uuid=GPU-00000000-0000-0000-0000-000000000000 'name=Simulated GPU 80GB' bus=00000000:19:00.0 serial=simulated minor=0 \
        capability=9.0 memory.total=81559 memory.used=600 memory.reserved=559 utilisation=1 memoryUtilisation=1 temperature=40 power=100000 energy=1000000 \
        reasons=0 pstate=0 mig=0 processes= links=0
}
