# The disk that is written to a box: the EFI system partition and slot A. The box makes slot B and the data partition at its
# first boot, in the size that the disk has. Sourced.
# shellcheck shell=bash

readonly ESP_SIZE=512M
# What a box needs at least: both slots, and room for data.
readonly DISK_SIZE=8G

make_disk() {
    local esp=$WORK/esp
    mkdir -p "$esp"/EFI/{BOOT,Linux,gatehouse,systemd} "$esp/loader/entries" "$WORK/disk.repart"
    cp "$WORK/loader.efi" "$esp/EFI/BOOT/BOOTX64.EFI"
    cp "$WORK/loader.efi" "$esp/EFI/systemd/systemd-bootx64.efi"
    # Three tries: a disk that was written badly says so instead of trying for ever.
    cp "$OUT/gatehouse_$VERSION.efi" "$esp/EFI/Linux/gatehouse_$VERSION+3.efi"
    cp "$WORK/reset.efi" "$esp/EFI/gatehouse/reset.efi"
    cp "$WORK/reset.conf" "$esp/loader/entries/gatehouse-reset+0.conf"
    mkdir -p "$esp/loader/keys/gatehouse"
    cp "$WORK"/secure-boot/{PK,KEK,db}.auth "$esp/loader/keys/gatehouse/"
    # Keys are for whoever sits at the menu to enroll: 257's default does it by itself in virtual machines, for keys that are called "auto".
    printf 'timeout 3\neditor no\nconsole-mode keep\nsecure-boot-enroll manual\n' >"$esp/loader/loader.conf"
    # FAT keeps when a file was made and changed.
    find "$esp" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
    cat >"$WORK/disk.repart/00-esp.conf" <<X
[Partition]
Type=esp
Label=gatehouse-esp
Format=vfat
CopyFiles=/run/work/esp:/
SizeMinBytes=$ESP_SIZE
SizeMaxBytes=$ESP_SIZE
X
    cat >"$WORK/disk.repart/10-root.conf" <<X
[Partition]
Type=root
Label=gatehouse_$VERSION
UUID=$(partition_uuid "${ROOT_HASH:0:32}")
CopyBlocks=/run/work/slot.root.raw
SizeMinBytes=$ROOT_SIZE
SizeMaxBytes=$ROOT_SIZE
ReadOnly=yes
X
    cat >"$WORK/disk.repart/11-root-verity.conf" <<X
[Partition]
Type=root-verity
Label=gatehouse_$VERSION
UUID=$(partition_uuid "${ROOT_HASH:32:32}")
CopyBlocks=/run/work/slot.verity.raw
SizeMinBytes=$ROOT_HASH_SIZE
SizeMaxBytes=$ROOT_HASH_SIZE
ReadOnly=yes
X
    ln "$OUT/gatehouse_$VERSION.root.raw" "$WORK/slot.root.raw" 2>/dev/null || cp --sparse=always "$OUT/gatehouse_$VERSION.root.raw" "$WORK/slot.root.raw"
    ln "$OUT/gatehouse_$VERSION.verity.raw" "$WORK/slot.verity.raw" 2>/dev/null || cp "$OUT/gatehouse_$VERSION.verity.raw" "$WORK/slot.verity.raw"
    rm -f "$WORK/disk.raw"
    partitions --empty=create --size=auto --definitions=/run/work/disk.repart --root=/ /run/work/disk.raw
    cp --sparse=always "$WORK/disk.raw" "$OUT/gatehouse_$VERSION.raw"
}

# partition_uuid HALF: half of a root hash as the identifier of its partition, as the Discoverable Partitions Specification
# wants it.
partition_uuid() {
    printf '%s-%s-%s-%s-%s\n' "${1:0:8}" "${1:8:4}" "${1:12:4}" "${1:16:4}" "${1:20:12}"
}
