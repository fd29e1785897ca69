# Sourced by validate for a rehearsal: one GPU that is played, by libraries with the real names and layouts, for NVML and DCGM.
# shellcheck shell=bash

play() {
    local sources=$ROOT/gpu-monitor/src/test/c
    command -v gcc >/dev/null || give_up "a rehearsal compiles the libraries that play NVML and DCGM, and gcc is missing"
    PLAYED_LIBRARIES=$WORK/lib
    mkdir -p "$PLAYED_LIBRARIES" "$WORK/pci/0000:17:00.0"
    gcc -O1 -shared -fPIC -o "$PLAYED_LIBRARIES/libnvidia-ml.so.1" "$sources/nvml.c"
    gcc -O1 -shared -fPIC -pthread -o "$PLAYED_LIBRARIES/libdcgm.so.4" "$sources/dcgm.c"
    # What the daemon looks at before it loads any library: a PCI device of NVIDIA's.
    printf '0x10de\n' >"$WORK/pci/0000:17:00.0/vendor"
    printf -- '-1\n' >"$WORK/pci/0000:17:00.0/numa_node"
    mount --bind "$WORK/pci" /sys/bus/pci/devices || give_up "no file system can be mounted here, not even in a namespace of its own"
    export FAKE_GPU_SCRIPT=$WORK/gpu.script
    "$PYTHON" "$HARDWARE_DIR/rehearsal/play-gpu.py" "$FAKE_GPU_SCRIPT" "$WORK/" &
    STARTED+=($!)
    within 10 test -s "$FAKE_GPU_SCRIPT" >/dev/null || give_up "nobody plays the GPU"
    NVIDIA_SMI=$HARDWARE_DIR/rehearsal/nvidia-smi
    # Somebody must listen where a host engine would; the played library speaks for it.
    "$PYTHON" -c 'import socket, sys
with socket.socket(socket.AF_UNIX) as door:
    door.bind(sys.argv[1])
    door.listen()
    while True:
        door.accept()[0].close()' "$WORK/nv-hostengine" &
    STARTED+=($!)
    HOST_ENGINE=unix://$WORK/nv-hostengine
    say "REHEARSAL: the GPU, NVML, DCGM and nvidia-smi are played; nothing below says anything about a GPU."
}

play
