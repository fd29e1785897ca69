# What can be seen of the tree before it is an image. Sourced.
# shellcheck shell=bash

# How much the gateway's service may be exposed, in tenths, as systemd-analyze counts it: 0 is shut, 100 is open.
readonly MOST_EXPOSED=20
OUR_UNITS=$(cd "$here/tree/usr/lib/systemd/system" && printf '%s\n' gatehouse* | sed 's/@\./@tty1./' | grep -v '\.d$' | tr '\n' ' ')
readonly OUR_UNITS

# check_tree: by the image's own programs. What they can't read they can't read at boot either, and then nothing comes up.
check_tree() {
    enter "$ROOT" unshare --net nft -c -f /usr/share/gatehouse/nftables.conf
    enter "$ROOT" udevadm verify --no-style /usr/lib/udev/rules.d/65-gatehouse-disk.rules
    # shellcheck disable=SC2086
    enter "$ROOT" systemd-analyze verify --recursive-errors=no --man=no $OUR_UNITS
    enter "$ROOT" systemd-analyze security --offline=true --no-pager --threshold="$MOST_EXPOSED" gatehouse.service
}
