# The unified kernel image: kernel, initial RAM disk and command line in one signed file, which names the one root file system
# that it may start. Sourced.
# shellcheck shell=bash

# What differs from Linux' defaults, each with why: serial and screen both show the console; nobody gets a shell when something
# fails early; what systemd starts is told until the console is there, and not over it; a panic restarts after ten seconds, and the boot counter takes it from there.
readonly COMMAND_LINE='ro console=tty0 console=ttyS0,115200 quiet loglevel=4 systemd.show_status=no rd.systemd.show_status=auto rd.shell=0 rd.emergency=reboot panic=10 systemd.mask=debug-shell.service'

# When a TPM may open the data: while the initial RAM disk runs, and for the agent, which makes new recovery keys.
readonly PHASES='enter-initrd enter-initrd:leave-initrd:sysinit:ready'

make_kernel_image() {
    cp "$INITRD" "$WORK/initrd.img"
    cp "$ROOT/usr/lib/os-release" "$WORK/os-release"
    # Its measurement is signed, and that of no other image of ours: a TPM opens the data for this one alone.
    kernel_image box "roothash=$ROOT_HASH $COMMAND_LINE" --pcr-private-key=/run/work/keys/pcr.key \
        --pcr-public-key=/run/work/keys/pcr.pub --phases="$PHASES" --pcr-banks=sha256
    mv "$WORK/box.efi" "$OUT/gatehouse_$VERSION.efi"
    with_boot_key sbsign --key /run/work/keys/boot.key --cert /run/work/keys/boot.crt --output /run/work/loader.efi \
        /usr/lib/systemd/boot/efi/systemd-bootx64.efi
}

# kernel_image NAME COMMAND_LINE OPTIONS...: $WORK/NAME.efi, signed. One profile: with a second one for the boot menu, systemd-boot 257
# started the older of two releases after an update.
kernel_image() {
    local name=$1 line=$2
    shift 2
    with_boot_key ukify build --linux=/run/work/vmlinuz --initrd=/run/work/initrd.img --os-release=@/run/work/os-release \
        --uname="$KERNEL" --cmdline="$line" --secureboot-private-key=/run/work/keys/boot.key \
        --secureboot-certificate=/run/work/keys/boot.crt "$@" --output="/run/work/$name.efi"
}

# with_boot_key COMMAND...: in the tree of tools, with the keys in reach for as long.
with_boot_key() {
    mkdir -p "$WORK/keys"
    cp "$KEYS"/boot.{key,crt} "$KEYS"/pcr.{key,pub} "$WORK/keys/"
    enter "$TOOLS" "$@"
    rm -rf "$WORK/keys"
}
