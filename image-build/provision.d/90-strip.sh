# shellcheck shell=bash
# Out goes what only makes or changes a Debian: the box is never changed in place. What was installed stays known, as a list.
mkdir -p "$ROOT/usr/share/gatehouse"
# The initial RAM disk is made of the packages as they were installed, and nobody makes one on a box.
made_with='dracut dracut-core'
# shellcheck disable=SC2086
chroot "$ROOT" dpkg-query -L $made_with | while read -r file; do
    [ -d "$ROOT$file" ] && [ ! -L "$ROOT$file" ] || rm -f "$ROOT$file"
done
rm -rf "$ROOT/usr/lib/dracut" "$ROOT/etc/dracut.conf.d"
find "$ROOT/usr/lib/systemd/system" "$ROOT/etc/systemd/system" -name 'dracut-*' -delete
chroot "$ROOT" dpkg-query -W -f '${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n' | grep -v '^dracut' | LC_ALL=C sort \
    >"$ROOT/usr/share/gatehouse/packages.tsv"
rm -rf "$ROOT"/var/lib/dpkg "$ROOT"/var/lib/apt "$ROOT"/var/cache "$ROOT"/var/log "$ROOT"/etc/apt "$ROOT"/usr/lib/apt "$ROOT"/usr/share/perl* "$ROOT"/usr/lib/*-linux-gnu/perl*
rm -f "$ROOT"/usr/bin/{apt,apt-*,dpkg,dpkg-*,perl,perl5*,debconf*,deb-systemd-*,update-alternatives,start-stop-daemon} \
    "$ROOT"/usr/sbin/{adduser,addgroup,deluser,delgroup,update-rc.d,dpkg-*,invoke-rc.d,service,chpasswd,useradd,usermod,userdel} 2>/dev/null || true
# Of smartmontools only smartctl is asked: not its own daemon, and not what fetches a list of disks from the network.
rm -rf "$ROOT"/usr/sbin/{smartd,update-smart-drivedb} "$ROOT"/usr/share/smartmontools "$ROOT"/etc/smart* "$ROOT"/usr/lib/systemd/system/smart*
# Keys, addresses of crash reports, languages, sources of time that nobody asked for.
rm -rf "$ROOT"/etc/ssh "$ROOT"/usr/share/{bug,lintian,locale,i18n,man,info,doc-base,zsh,bash-completion} "$ROOT"/etc/cron.*
find "$ROOT/usr" -xdev \( -name '*.pyc' -o -name '__pycache__' \) -prune -exec rm -rf {} +
find "$ROOT/usr/share/doc" -mindepth 2 ! -name copyright -delete 2>/dev/null || true
# Nothing may become root by running a file.
find "$ROOT" -xdev -type f -perm /6000 -exec chmod a-s {} +
# Everything under /var is made by the services that need it, on the data partition.
find "$ROOT/var" -mindepth 1 -delete
