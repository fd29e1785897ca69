# Makes a file tree in memory that shows of the machine only programs, and those for reading, makes it the root, and becomes systemd.
# None of the machine's own units run: some of them clear /tmp, set the clock or the kernel's parameters, whatever namespace they are in.
# Argument: the directory of the test; of it, "work" alone can be written to, as /srv/gatehouse.
set -eu
here=$1
root=$here/root
mount -t tmpfs -o mode=755 tmpfs "$root"
# Before anything is shown: a checkout may lie below it.
mkdir "$root/tmp"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
shown() {
  [ ! -e "$root$1" ] || return 0
  if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root$(dirname "$1")"; : > "$root$1"; fi
  mount --bind "$1" "$root$1"
  mount -o remount,bind,ro "$root$1"
}
shown /usr
for link in bin sbin lib lib64; do
  if [ -L "/$link" ]; then cp -P "/$link" "$root/$link"; elif [ -d "/$link" ]; then shown "/$link"; fi
done
while read -r path; do shown "$path"; done < "$here/shown"
cd "$root"
mkdir -p etc/units dev proc sys run var/tmp root none old srv/gatehouse
chmod 1777 var/tmp
mount -t tmpfs tmpfs run
# systemd mounts the machine's own /dev over one that is no mount point.
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/shm dev/pts run/lock
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run/lock
mount -t devpts -o newinstance,mode=620,ptmxmode=666 devpts dev/pts
mount --bind "$here/work" srv/gatehouse
cp /etc/passwd /etc/group /etc/ld.so.cache etc/
echo 0123456789abcdef0123456789abcdef > etc/machine-id
for name in null zero full random urandom tty; do : > dev/$name; mount --bind /dev/$name dev/$name; done
# Devices that are harmless to open play GPUs.
mknod dev/nvidia0 c 10 200
mknod dev/nvidia1 c 10 229
for name in nvidiactl nvidia-uvm nvidia-uvm-tools; do mknod dev/$name c 1 3; done
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for unit in gatehouse basic sysinit shutdown; do
  printf '[Unit]\nDefaultDependencies=no\n' > etc/units/$unit.target
done
pivot_root . old
cd /
umount -l /old
for place in / /tmp /run /etc /var /root /dev /srv; do
  [ "$(stat -f -c %T $place)" = tmpfs ] || { echo "$place is the machine's own; systemd is not started"; exit 1; }
done
exec env -i container=gatehouse PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  SYSTEMD_UNIT_PATH=/run/systemd/transient:/etc/units SYSTEMD_GENERATOR_PATH=/none \
  SYSTEMD_ENVIRONMENT_GENERATOR_PATH=/none \
  setpriv --bounding-set -sys_boot,-sys_time,-sys_module,-sys_rawio,-syslog \
  /lib/systemd/systemd --system --unit=gatehouse.target --log-target=console --log-level=info --show-status=no
