# The disk as people take it away: for hypervisors, for clouds, for writing it to hardware. Sourced.
# shellcheck shell=bash

make_exports() {
    local raw=$WORK/export.raw base
    ln "$OUT/gatehouse_$VERSION.raw" "$raw" 2>/dev/null || cp --sparse=always "$OUT/gatehouse_$VERSION.raw" "$raw"
    # With the room that slot B and the data partition need, which no hypervisor would add by itself.
    base=$WORK/grown.raw
    cp --sparse=always "$raw" "$base"
    truncate -s "$DISK_SIZE" "$base"
    enter "$TOOLS" qemu-img convert -q -c -O qcow2 /run/work/grown.raw /run/work/export.qcow2 &
    enter "$TOOLS" zstd -q -T0 -9 -f /run/work/export.raw -o /run/work/export.raw.zst &
    enter "$TOOLS" qemu-img convert -q -O vmdk -o subformat=streamOptimized,adapter_type=lsilogic,compat6=on /run/work/grown.raw /run/work/export.vmdk &
    wait %1 && wait %2 && wait %3
    mv "$WORK/export.qcow2" "$OUT/gatehouse_$VERSION.qcow2"
    mv "$WORK/export.raw.zst" "$OUT/gatehouse_$VERSION.raw.zst"
    mv "$WORK/export.vmdk" "$OUT/gatehouse_$VERSION.vmdk"
    make_ova
}

# make_ova: the VMDK with its description in one file, as hypervisors import it (DMTF DSP0243: the description comes first).
make_ova() {
    local name=gatehouse_$VERSION folder=$WORK/ova size capacity
    mkdir "$folder"
    size=$(stat -c %s "$OUT/$name.vmdk")
    capacity=$(numfmt --from=iec "$DISK_SIZE")
    sed -e "s/@NAME@/$name/g" -e "s/@VERSION@/$VERSION/g" -e "s/@SIZE@/$size/g" -e "s/@CAPACITY@/$capacity/g" \
        "$here/exports/appliance.ovf" >"$folder/$name.ovf"
    ln "$OUT/$name.vmdk" "$folder/$name.vmdk" 2>/dev/null || cp "$OUT/$name.vmdk" "$folder/$name.vmdk"
    (cd "$folder" && for file in "$name.ovf" "$name.vmdk"; do
        printf 'SHA256(%s)= %s\n' "$file" "$(sha256sum <"$file" | cut -d' ' -f1)"
    done >"$name.mf")
    tar -C "$folder" --format=ustar --owner=0 --group=0 --numeric-owner --mode=644 --mtime="@$SOURCE_DATE_EPOCH" \
        -cf "$OUT/$name.ova" "$name.ovf" "$name.mf" "$name.vmdk"
    rm "$OUT/$name.vmdk"
}
