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
    check_content
}

# check_content: what must not be in the image, whoever put it there: nothing that makes or changes a system, no way in, no identity.
check_content() {
    local found name
    found=$(find "$ROOT" -xdev -type f -perm /6000 -print -quit)
    [ -z "$found" ] || die "whoever runs ${found#"$ROOT"} gets its owner's rights"
    for name in apt apt-get dpkg perl python3 gcc cc make gdb ssh sshd scp telnet curl wget nc sudo; do
        found=$(find "$ROOT/usr" -xdev -path "*bin/$name" -print -quit)
        [ -z "$found" ] || die "${found#"$ROOT"} has no business in the image"
    done
    [ ! -e "$ROOT/etc/ssh" ] || die "/etc/ssh has no business in the image"
    [ "$(stat -c %s "$ROOT/etc/machine-id" 2>/dev/null)" = 0 ] || die "the image has a machine-id, which each box makes for itself"
    found=$(awk -F: '$2 != "!*" {print $1; exit}' "$ROOT/etc/shadow")
    [ -z "$found" ] || die "the account $found of the image may have a password"
    found=$(awk -F: '$7 ~ /sh$/ {print $1; exit}' "$ROOT/etc/passwd")
    [ -z "$found" ] || die "the account $found of the image has a shell"
}
