# What every part of the build shares: speaking, timing, and entering a tree. Sourced, never run.
# shellcheck shell=bash

say() { printf 'image-build: %s\n' "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# stage NAME COMMAND...: runs it and says how long it took; its output goes to a log that is shown when it fails. It runs in a
# shell of its own, where the first failure ends it; what later stages need of it, it keeps.
stage() {
    local name=$1 log started=$EPOCHREALTIME status took
    shift
    log=$LOGS/$name.log
    set +e
    (
        set -e
        "$@"
    ) >"$log" 2>&1
    status=$?
    set -e
    if [ $status -ne 0 ]; then
        tail -n 30 "$log" >&2
        die "the stage $name failed (status $status); its whole log is in $log"
    fi
    # shellcheck disable=SC1091
    [ ! -f "$WORK/kept" ] || . "$WORK/kept"
    took=$(((${EPOCHREALTIME/./} - ${started/./}) / 100000))
    printf 'image-build: %-12s %4d.%d s\n' "$name" $((took / 10)) $((took % 10)) >&2
}

# keep NAME...: variables that later stages see.
keep() {
    local name
    for name in "$@"; do
        printf '%s=%q\n' "$name" "${!name}" >>"$WORK/kept"
    done
}

# digest FILE...: one SHA-256 over the contents (and names) of files and folders, for the names of what is cached.
digest() {
    local path
    for path in "$@"; do
        if [ -d "$path" ]; then
            (cd "$path" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum)
        else
            printf '%s\n' "$(sha256sum <"$path")"
        fi
    done | sha256sum | cut -c1-16
}

# packages FILE...: the names in lists that say why each package is there after a '#'.
packages() {
    sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$@" | paste -sd,
}

# enter TREE COMMAND...: runs a command in a Debian tree with a /dev, /proc and /sys of its own, with the work folder at
# /run/work and what was made so far at /run/out. The machine's own /dev never appears in it: a build that is killed must leave nothing mounted and break nothing.
enter() {
    local tree=$1
    shift
    # shellcheck disable=SC2016
    WORK=$WORK OUT=$OUT unshare --mount --propagation private --pid --fork bash -euc '
        tree=$1; shift
        mount -t tmpfs -o mode=755,nosuid tmpfs "$tree/dev"
        mkdir "$tree/dev/pts" "$tree/dev/shm"
        for node in null:3 zero:5 full:7 random:8 urandom:9; do
            mknod -m 666 "$tree/dev/${node%:*}" c 1 "${node#*:}"
        done
        mknod -m 666 "$tree/dev/tty" c 5 0
        ln -s /proc/self/fd "$tree/dev/fd"
        mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$tree/dev/pts"
        ln -s pts/ptmx "$tree/dev/ptmx"
        mount -t proc -o nosuid,nodev,noexec proc "$tree/proc"
        mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$tree/sys"
        mount -t tmpfs -o mode=1777 tmpfs "$tree/run"
        mount -t tmpfs -o mode=1777 tmpfs "$tree/tmp"
        mkdir -p "$tree/run/work"
        mount --bind "$WORK" "$tree/run/work"
        mkdir -p "$tree/run/out"
        mount --bind "$OUT" "$tree/run/out"
        cd /
        exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TZ=UTC \
            SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" chroot "$tree" "$@"
    ' enter "$tree" "$@"
}
