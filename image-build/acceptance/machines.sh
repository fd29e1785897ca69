# shellcheck shell=bash
# The virtual machines' programs, in a tree of the image's own release, kept like the build's tools. Sourced; needs lib/ and
# stages/10-packages.sh.

# make_machines: the tree in $MACHINES, and a folder of commands that run what is in it as if it were installed.
make_machines() {
    local state program loader
    find_packages >/dev/null
    state=$(cat "$CACHE/apt/state")-$(digest "$here/acceptance/packages.list")
    if [ "$(cat "$MACHINES.state" 2>/dev/null)" != "$state" ]; then
        debian_tree "$CACHE/machines-$state.tar" "$here/acceptance/packages.list"
        rm -rf --one-file-system "$MACHINES"
        mkdir "$MACHINES"
        tar -C "$MACHINES" --exclude='./dev/*' -xf "$CACHE/machines-$state.tar"
        rm "$CACHE/machines-$state.tar"
        mkdir "$MACHINES/commands"
        for program in qemu-system-x86_64 qemu-img swtpm swtpm_setup debugfs; do
            loader="$MACHINES/lib64/ld-linux-x86-64.so.2 --library-path $MACHINES/usr/lib/x86_64-linux-gnu:$MACHINES/usr/lib/x86_64-linux-gnu/swtpm"
            {
                printf '#!/bin/sh\n'
                printf 'QEMU_MODULE_DIR=%s/usr/lib/x86_64-linux-gnu/qemu exec %s %s' "$MACHINES" "$loader" "$(find "$MACHINES"/usr/bin "$MACHINES"/usr/sbin -name "$program")"
                [ $program != qemu-system-x86_64 ] || printf ' -L %s/usr/share/qemu -L %s/usr/share/seabios' "$MACHINES" "$MACHINES"
                printf ' "$@"\n'
            } >"$MACHINES/commands/$program"
            chmod 755 "$MACHINES/commands/$program"
        done
        printf '%s\n' "$state" >"$MACHINES.state"
    fi
}
