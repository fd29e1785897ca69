# The root file system as it lies on the disk: read-only, with a hash tree whose root names exactly this content. Sourced.
# shellcheck shell=bash

# Of the release, so that two builds give the same identifiers; each box's own are made at its first boot.
readonly SEED=7a3f0a51-6c0e-4c53-9a0d-2b1f7b1c9f10
# As the boxes' disks are parted: see tree/usr/lib/repart.d.
ROOT_SIZE=$(sed -n 's/^SizeMaxBytes=//p' "$here/tree/usr/lib/repart.d/10-root-a.conf")
ROOT_HASH_SIZE=$(sed -n 's/^SizeMaxBytes=//p' "$here/tree/usr/lib/repart.d/11-root-a-verity.conf")
readonly ROOT_SIZE ROOT_HASH_SIZE

# partitions ARGUMENTS...: systemd-repart, without the machine's help and without anything random.
partitions() {
    enter "$TOOLS" systemd-repart --offline=yes --no-pager --seed="$SEED" --architecture=x86-64 --dry-run=no "$@"
}

make_root() {
    local stray
    mv "$ROOT/usr/lib/modules/$KERNEL/vmlinuz" "$WORK/vmlinuz" 2>/dev/null || cp "$ROOT/boot/vmlinuz-$KERNEL" "$WORK/vmlinuz"
    rm -rf "$ROOT"/boot/* "$ROOT"/initrd.img* "$ROOT"/vmlinuz* "$ROOT"/tmp/* "$ROOT"/run/* "$ROOT"/root/.[!.]* "$ROOT"/usr/lib/modules/*/build
    stray=$(find "$ROOT" -xdev -perm -o=w ! -type l ! -path "$ROOT/tmp" ! -path "$ROOT/var/tmp" -print -quit)
    [ -z "$stray" ] || die "everybody may write $stray in the image"
    mkdir "$WORK/root.repart"
    cat >"$WORK/root.repart/10-root.conf" <<X
[Partition]
Type=root
Label=gatehouse_$VERSION
Format=erofs
Compression=lz4hc
CopyFiles=/
Verity=data
VerityMatchKey=root
Minimize=best
SplitName=root
X
    cat >"$WORK/root.repart/11-root-verity.conf" <<X
[Partition]
Type=root-verity
Label=gatehouse_$VERSION
Verity=hash
VerityMatchKey=root
Minimize=best
SplitName=verity
X
    partitions --empty=create --size=auto --split=yes --json=short --definitions=/run/work/root.repart --root=/run/work/root \
        /run/work/gatehouse.raw >"$WORK/root.json"
    # No larger than what is in it, so that updates write no more than they must; the slots have room for what comes.
    ROOT_HASH=$(enter "$TOOLS" jq -r '[.[] | .roothash // empty][0]' /run/work/root.json)
    [ ${#ROOT_HASH} = 64 ] || die "systemd-repart named no root hash"
    keep ROOT_HASH
    mv "$WORK/gatehouse.root.raw" "$OUT/gatehouse_$VERSION.root.raw"
    mv "$WORK/gatehouse.verity.raw" "$OUT/gatehouse_$VERSION.verity.raw"
    printf '%s\n' "$ROOT_HASH" >"$OUT/gatehouse_$VERSION.roothash"
}
