# What people take away: a disk for virtual machines, a compressed one for hardware, the list of what is inside. Sourced.
# shellcheck shell=bash

make_exports() {
    cp --sparse=always "$OUT/gatehouse_$VERSION.raw" "$WORK/export.raw"
    enter "$TOOLS" qemu-img convert -q -c -O qcow2 /run/work/export.raw /run/work/export.qcow2
    mv "$WORK/export.qcow2" "$OUT/gatehouse_$VERSION.qcow2"
    enter "$TOOLS" zstd -q -T0 -9 -f /run/work/export.raw -o /run/work/export.raw.zst
    mv "$WORK/export.raw.zst" "$OUT/gatehouse_$VERSION.raw.zst"
}
