# The boot menu's "Factory reset": a kernel image of its own, which needs no root file system and so outlives every update. It asks,
# and leaves the wish for the next start of the box. Sourced.
# shellcheck shell=bash

make_reset_image() {
    kernel_image reset "$COMMAND_LINE rd.systemd.unit=gatehouse-ask-reset.service"
    # Always last: no release has this key, and an entry without tries is chosen by nobody but a person.
    cat >"$WORK/reset.conf" <<X
title Factory reset: erase all settings, keys, records and models
sort-key zz-gatehouse-reset
efi /EFI/gatehouse/reset.efi
X
}
