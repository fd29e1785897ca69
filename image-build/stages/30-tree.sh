# The root file system's tree: Debian's packages, the daemon, what is ours beside them, and nothing that the running box has
# no use for. Sourced.
# shellcheck shell=bash

make_tree() {
    local part
    # Owners and modes are the image's business, not those of the checkout.
    cp -r --no-preserve=ownership,timestamps "$here/tree/." "$ROOT/"
    chmod -R u=rwX,go=rX "$ROOT/usr/lib/gatehouse" "$ROOT/etc/gatehouse"
    find "$ROOT/usr/lib/gatehouse/libexec" -type f -exec chmod 755 {} +
    # Whose updates the box takes.
    install -D -m 644 "$KEYS/update.crt" "$ROOT/usr/share/gatehouse/update-keyring.pem"
    [ -z "$overlay" ] || cp -r --no-preserve=ownership,timestamps "$overlay/." "$ROOT/"
    for part in "$here"/provision.d/*.sh; do
        say "provision: ${part##*/}"
        ROOT=$ROOT FLAVOUR=$FLAVOUR VERSION=$VERSION bash -euo pipefail "$part"
    done
    check_tree
}
