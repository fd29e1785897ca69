# The initial RAM disk: checks the root file system, makes and mounts the data partition. Kept until the kernel or its
# inputs change. Sourced.
# shellcheck shell=bash

make_initrd() {
    local kept
    KERNEL=$(find "$ROOT/usr/lib/modules" -mindepth 1 -maxdepth 1 -printf '%f\n')
    kept=$CACHE/initrd.$FLAVOUR-$(cat "$CACHE/apt/state")-$(digest "$here/initrd" "$here/stages/40-initrd.sh" "$here/packages/base.list" \
        "$here/tree/usr/lib/udev/rules.d" "$here/tree/usr/lib/gatehouse/libexec/own-disk").img
    if [ ! -f "$kept" ]; then
        rm -f "$CACHE/initrd.$FLAVOUR"-*
        cp -r --no-preserve=ownership,timestamps "$here/initrd" "$WORK/initrd"
        # Which disk is the box's own is the same question before and after the root file system is there.
        mkdir -p "$WORK/initrd/usr/lib/udev" "$WORK/initrd/usr/lib/gatehouse/libexec"
        cp -r --no-preserve=ownership,timestamps "$here/tree/usr/lib/udev/rules.d" "$WORK/initrd/usr/lib/udev/"
        cp --no-preserve=ownership,timestamps "$here/tree/usr/lib/gatehouse/libexec/own-disk" "$WORK/initrd/usr/lib/gatehouse/libexec/"
        chmod 755 "$WORK/initrd/usr/lib/gatehouse/libexec/own-disk"
        # dracut is a set of shell scripts that want the packages as they were installed.
        mkdir "$WORK/dracut"
        tar -C "$WORK/dracut" --exclude='./dev/*' -xf "$BASE"
        SOURCE_DATE_EPOCH=$OF_PACKAGES enter "$WORK/dracut" dracut --force --no-hostonly --kver "$KERNEL" --reproducible --zstd --no-early-microcode \
            --add 'systemd systemd-initrd systemd-veritysetup systemd-repart systemd-cryptsetup' \
            --omit 'lvm mdraid multipath btrfs dmraid nfs iscsi network network-manager systemd-networkd resume i18n plymouth' \
            --add-drivers 'erofs overlay dm-verity dm-crypt virtio_blk virtio_pci virtio_scsi nvme ahci sd_mod usb_storage vfat nls_cp437 nls_ascii ext4 dmi-sysfs efivarfs qemu_fw_cfg tpm_tis tpm_crb i6300esb' \
            --install 'dd sync blkid blockdev blkdiscard grep od cat sleep readlink systemd-ask-password systemd-cryptenroll tr touch' \
            --install '/usr/lib/systemd/system-generators/systemd-tpm2-generator /usr/lib/systemd/system/tpm2.target /usr/lib/x86_64-linux-gnu/cryptsetup/libcryptsetup-token-systemd-tpm2.so' \
            --install 'mkfs.ext4 mke2fs fsck.ext4 e2fsck resize2fs' \
            --install "$(cd "$WORK/dracut" && find usr/lib/x86_64-linux-gnu -name 'libtss2-*.so.[01]' -printf '/%p ')" \
            --include /run/work/initrd / /run/work/initrd.img
        mv "$WORK/initrd.img" "$kept"
    fi
    INITRD=$kept
    keep KERNEL INITRD
}
