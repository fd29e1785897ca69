# The update bundle: a release's two partitions and its kernel image, in one signed file that a box takes without a network.
# Sourced.
# shellcheck shell=bash

make_bundle() {
    local inside=$WORK/bundle
    mkdir "$inside" "$WORK/update-keys"
    cp "$KEYS"/update.{key,crt} "$WORK/update-keys/"
    # The partitions' identifiers are halves of the root hash; the names carry them to the box.
    ln_or_copy "$OUT/gatehouse_$VERSION.root.raw" "$inside/gatehouse_${VERSION}_$(partition_uuid "${ROOT_HASH:0:32}").root.raw"
    ln_or_copy "$OUT/gatehouse_$VERSION.verity.raw" "$inside/gatehouse_${VERSION}_$(partition_uuid "${ROOT_HASH:32:32}").verity.raw"
    ln_or_copy "$OUT/gatehouse_$VERSION.efi" "$inside/gatehouse_$VERSION.efi"
    # The kernel is said so that a box can tell which of its layers will not fit.
    cat >"$inside/manifest.raucm" <<X
[update]
compatible=gatehouse-$FLAVOUR-x86-64
version=$VERSION
description=Linux $KERNEL

[bundle]
format=verity

[image.root]
filename=$(cd "$inside" && echo *.root.raw)

[image.verity]
filename=$(cd "$inside" && echo *.verity.raw)

[image.kernel]
filename=gatehouse_$VERSION.efi
X
    rm -f "$WORK/gatehouse.bundle"
    enter "$TOOLS" rauc --cert=/run/work/update-keys/update.crt --key=/run/work/update-keys/update.key \
        --mksquashfs-args='-comp zstd -Xcompression-level 6 -no-progress' \
        bundle /run/work/bundle /run/work/gatehouse.bundle
    mv "$WORK/gatehouse.bundle" "$OUT/gatehouse_$VERSION-$FLAVOUR.bundle"
    rm -rf "$WORK/update-keys" "$inside"
}

ln_or_copy() {
    ln "$1" "$2" 2>/dev/null || cp --sparse=always "$1" "$2"
}
