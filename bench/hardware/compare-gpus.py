#!/usr/bin/env python3
"""Compares what Gatehouse reads from the GPUs with what nvidia-smi says. Python's standard library alone.

usage: compare-gpus.py LIST SHOW_PREFIX BEFORE AFTER
       compare-gpus.py fields

LIST is the answer of `gatehouse gpus list --output json`, SHOW_PREFIX<index>.json that of `gpus show`. BEFORE and AFTER are
two answers of `nvidia-smi --query-gpu=FIELDS --format=csv,noheader,nounits`, from just before and just after; `fields`
prints those fields. Prints a table for a report. A value that moves must lie between the two, widened by its tolerance.
Status 1 when a row differs or a GPU is missing.
"""
import csv
import json
import sys

FIELDS = ["index", "name", "uuid", "pci.bus_id", "driver_version", "memory.total", "memory.used", "power.draw",
          "temperature.gpu", "clocks.sm", "clocks.mem", "power.limit", "utilization.gpu"]
MIB = 1 << 20
# What moves: the metric's id in Gatehouse, and by how much it may lie outside of nvidia-smi's two readings, at least
# absolutely and at most as a share. Clocks and power jump within milliseconds when work begins or ends.
MOVING = {"memory.used": ("memoryUsed", 32, 0.02), "power.draw": ("power", 10, 0.15),
          "temperature.gpu": ("temperature", 2, 0.0), "clocks.sm": ("smClock", 60, 0.10),
          "clocks.mem": ("memoryClock", 30, 0.02), "power.limit": ("powerLimit", 1, 0.0),
          "utilization.gpu": ("utilisation", 30, 0.0)}


def smi(path):
    with open(path, encoding="utf-8", newline="") as file:
        rows = [dict(zip(FIELDS, (cell.strip() for cell in row))) for row in csv.reader(file) if row]
    return {row["uuid"]: row for row in rows}


def number(text):
    try:
        return float(text)
    except ValueError:
        return None  # "[N/A]", "[Not Supported]"


def bus(text):
    """Domain, bus, device and function alone: NVML writes the domain with eight digits, DCGM too, /sys with four."""
    domain, rest = text.lower().split(":", 1)
    return f"{int(domain, 16):x}:{rest}"


def readings(shown):
    """Values by name, the name without capitals and signs, so that it is found however it is written."""
    return {plain(each["metric"]): each["value"] for each in shown["readings"]}


def plain(name):
    return "".join(letter for letter in name.lower() if letter.isalnum())


def rows_of(listed, shown, before, after):
    yield "name", listed["name"], before["name"], listed["name"] == before["name"]
    yield "uuid", listed["id"], before["uuid"], listed["id"] == before["uuid"]
    yield "PCI address", listed["pciBusId"], before["pci.bus_id"], bus(listed["pciBusId"]) == bus(before["pci.bus_id"])
    yield "driver", listed["driverVersion"], before["driver_version"], listed["driverVersion"] == before["driver_version"]
    total, expected = listed["memoryTotalBytes"], number(before["memory.total"])
    if expected is not None:
        yield "memory, MiB", f"{total / MIB:.0f}", f"{expected:.0f}", int(total // MIB) == int(expected)
    values = readings(shown)
    for field, (metric, least, share) in MOVING.items():
        ends = [number(each[field]) for each in (before, after)]
        mine = values.get(plain(metric))
        if None in ends:
            yield field, "-" if mine is None else f"{mine:g}", "not told", mine is None or "nvidia-smi does not tell it"
            continue
        room = max(least, share * max(ends))
        told = " to ".join(f"{end:g}" for end in dict.fromkeys(ends)) + f" ± {room:.0f}"
        yield (field, "-" if mine is None else f"{mine:.1f}".removesuffix(".0"), told,
               mine is not None and min(ends) - room <= mine <= max(ends) + room)


def main(list_file, show_prefix, before_file, after_file):
    with open(list_file, encoding="utf-8") as file:
        gpus = {gpu["id"]: gpu for node in json.load(file)["nodes"] for gpu in node["gpus"]}
    before, after = smi(before_file), smi(after_file)
    wrong = 0
    print("| GPU | what | Gatehouse | nvidia-smi | |\n| --- | --- | --- | --- | --- |")
    for uuid, told in before.items():
        if uuid not in gpus:
            print(f"| {told['index']} | | not there | {uuid} | DIFFERS |")
            wrong += 1
            continue
        with open(f"{show_prefix}{gpus[uuid]['index']}.json", encoding="utf-8") as file:
            shown = json.load(file)
        for what, mine, theirs, verdict in rows_of({**shown, **gpus[uuid]}, shown, told, after.get(uuid, told)):
            wrong += verdict is False
            word = "same" if verdict is True else "DIFFERS" if verdict is False else verdict
            print(f"| {told['index']} | {what} | {mine} | {theirs} | {word} |")
    for uuid in gpus.keys() - before.keys():
        print(f"| | | {uuid} | not there | DIFFERS |")
        wrong += 1
    print(f"\n{len(before)} GPU(s), {wrong} row(s) differ; source: "
          + ", ".join(sorted({gpu["source"] for gpu in gpus.values()})))
    return 1 if wrong or not before else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["fields"]:
        print(",".join(FIELDS))
        sys.exit(0)
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
