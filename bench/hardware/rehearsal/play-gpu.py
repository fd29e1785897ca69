#!/usr/bin/env python3
"""Plays one GPU for a rehearsal: writes, five times a second, what the libraries that play NVML and DCGM say.

usage: play-gpu.py SCRIPT MARK

Every process whose environment holds GATEHOUSE_ENGINE_MARKER and MARK counts as one that works on the GPU and holds 600 MiB
of it; its processor time makes the GPU warm, busy and hungry. Nothing here is a measurement.
"""
import os
import sys
import time

PERIOD = 0.2
TOTAL, RESERVED, IDLE, EACH = 81_559, 559, 17, 600


def engines(mark):
    """Process ids with the processor time they have had, in seconds."""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                environment = file.read()
            if b"GATEHOUSE_ENGINE_MARKER=" in environment and mark in environment:
                with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
                if fields[0] != "Z":
                    found[int(name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:
            continue  # It ended, or is somebody else's.
    return found


def lines(holders, busy, energy):
    power = 70 + 330 * busy
    used = IDLE + EACH * len(holders)
    both = {"uuid": "GPU-00000000-0000-0000-0000-000000000000", "name": "NVIDIA H100 80GB HBM3",
            "bus": "00000000:17:00.0", "serial": "165000", "driver": "580.65.06"}
    nvml = {"minor": 0, "capability": "9.0", "memory.total": TOTAL, "memory.used": used, "memory.reserved": RESERVED,
            "utilisation": round(100 * busy), "memoryUtilisation": round(40 * busy), "temperature": round(34 + 30 * busy),
            "power": round(power * 1000), "energy": round(energy * 1000), "reasons": 0 if busy > 0.02 else 1, "pstate": 0,
            "powerLimit": 700_000, "powerLimitEnforced": 700_000, "clock.1": 1980 if busy > 0.02 else 345,
            "clock.2": 2619, "clock.3": 1545, "maxClock.1": 1980, "maxClock.2": 2619, "mig": 0, "ecc.mode": 1,
            "processes": ",".join(f"{pid}:{EACH}:-" for pid in holders)}
    dcgm = {52: 0, 55: 0, 63: 9 << 16, 67: 0, 100: nvml["clock.1"], 101: 2619, 112: nvml["reasons"],
            150: nvml["temperature"], 155: f"{power:.3f}", 156: nvml["energy"], 160: 700, 164: 700,
            203: nvml["utilisation"], 250: TOTAL, 251: TOTAL - RESERVED - used, 252: used, 253: RESERVED}
    yield from ("count=1", "driver=580.65.06", "engine.version=4.6.0")
    for name, value in {**both, **nvml, **{f"f{field}": value for field, value in dcgm.items()}}.items():
        yield f"gpu0.{name}={value}"


def main(script, mark):
    energy, last, had = 1_000.0, time.monotonic(), {}
    while True:
        now, holders = time.monotonic(), engines(mark.encode())
        spent = sum(seconds - had.get(pid, seconds) for pid, seconds in holders.items())
        busy = min(1.0, max(0.0, spent / max(now - last, 0.001)))
        energy += (70 + 330 * busy) * (now - last)
        last, had = now, holders
        # Whole or not at all: a reader never sees half a script.
        with open(script + ".new", "w", encoding="ascii") as file:
            file.write("\n".join(lines(holders, busy, energy)) + "\n")
        os.replace(script + ".new", script)
        time.sleep(PERIOD)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
