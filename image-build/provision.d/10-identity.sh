# shellcheck shell=bash
# Who the image is: its name and version where every tool looks, nobody's name for the machine, and no password for anybody.
sed -i -e "s/^PRETTY_NAME=.*/PRETTY_NAME=\"Gatehouse $VERSION\"/" "$ROOT/usr/lib/os-release"
cat >>"$ROOT/usr/lib/os-release" <<X
IMAGE_ID=gatehouse
IMAGE_VERSION=$VERSION
VARIANT="Gatehouse $VERSION"
VARIANT_ID=$FLAVOUR
X
# Empty: each box makes its own at its first boot.
: >"$ROOT/etc/machine-id"
rm -f "$ROOT/var/lib/dbus/machine-id"
echo gatehouse >"$ROOT/etc/hostname"
printf '127.0.0.1 localhost\n::1 localhost\n' >"$ROOT/etc/hosts"
rm -f "$ROOT/etc/resolv.conf"
ln -s ../run/systemd/resolve/stub-resolv.conf "$ROOT/etc/resolv.conf"
ln -sf /usr/share/zoneinfo/Etc/UTC "$ROOT/etc/localtime"
# Nobody signs in with a password, root least of all.
sed -i -E 's/^([^:]+):[^:]*:/\1:!*:/' "$ROOT/etc/shadow"
sed -i -E 's#^root:(.*):/bin/bash$#root:\1:/usr/sbin/nologin#' "$ROOT/etc/passwd"
