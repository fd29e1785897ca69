# shellcheck shell=bash
# Which services run: those that the preset names, and no other.
rm -rf "$ROOT"/etc/systemd/system/*.wants "$ROOT"/etc/systemd/system/*.requires "$ROOT"/etc/systemd/system/dbus-org.*
chroot "$ROOT" systemctl preset-all
# Would look for what is not there, or do what updates and resets do here in their own way.
for unit in getty@.service serial-getty@.service console-getty.service systemd-bless-boot.service systemd-firstboot.service \
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer rauc-mark-good.service \
    systemd-repart.service systemd-boot-update.service ldconfig.service debug-shell.service emergency.service rescue.service; do
    ln -sf /dev/null "$ROOT/etc/systemd/system/$unit"
done
mkdir -p "$ROOT/efi" "$ROOT/var" "$ROOT/opt/gatehouse" "$ROOT/usr/lib/verity.d"
# Where layers are looked for, and whose signature they must carry: said in what can't be changed.
ln -s ../../run/gatehouse-layers "$ROOT/opt/gatehouse/layers"
cp "$KEYS/update.crt" "$ROOT/usr/lib/verity.d/gatehouse.crt"
