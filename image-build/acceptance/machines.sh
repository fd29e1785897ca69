# shellcheck shell=bash
# The virtual machines' programs, in a tree of the image's own release, kept like the build's tools. Sourced; needs lib/ and
# stages/10-packages.sh.

# make_machines: the tree in $MACHINES, and a folder of commands that run what is in it as if it were installed.
make_machines() {
    local state program
    find_packages >/dev/null
    state=$(cat "$CACHE/apt/state")-$(digest "$here/acceptance/packages.list" "$here/acceptance/machines.sh")
    if [ "$(cat "$MACHINES.state" 2>/dev/null)" != "$state" ]; then
        debian_tree "$CACHE/machines-$state.tar" "$here/acceptance/packages.list"
        rm -rf --one-file-system "$MACHINES"
        mkdir "$MACHINES"
        tar -C "$MACHINES" --exclude='./dev/*' -xf "$CACHE/machines-$state.tar"
        rm "$CACHE/machines-$state.tar"
        mkdir "$MACHINES/commands"
        for program in qemu-system-x86_64 qemu-img swtpm swtpm_setup debugfs mke2fs mkfs.vfat mcopy mmd sfdisk; do
            command_of_tree "$program" >"$MACHINES/commands/$program"
            chmod 755 "$MACHINES/commands/$program"
        done
        printf '%s\n' "$state" >"$MACHINES.state"
    fi
}

# command_of_tree PROGRAM: a script that runs it with the tree's own libraries. QEMU looks for its modules where the machine has those of its own
# QEMU as well, and ends when it finds one of another build: it gets to see its own there.
command_of_tree() {
    local libraries=$MACHINES/usr/lib/x86_64-linux-gnu modules=/usr/lib/x86_64-linux-gnu/qemu run
    run="$MACHINES/lib64/ld-linux-x86-64.so.2 --library-path $libraries:$libraries/swtpm $(find "$MACHINES"/usr/bin "$MACHINES"/usr/sbin -name "$1")"
    printf '#!/bin/sh\n'
    if [ "$1" = qemu-system-x86_64 ]; then
        printf 'run="%s -L %s -L %s"\n' "$run" "$MACHINES/usr/share/qemu" "$MACHINES/usr/share/seabios"
        printf 'export QEMU_MODULE_DIR=%s\n' "$libraries/qemu"
        # shellcheck disable=SC2016
        printf '[ ! -d %s ] || exec unshare --mount --propagation private sh -c '"'"'mount --bind %s %s && exec "$@"'"'"' sh $run "$@"\n' \
            "$modules" "$libraries/qemu" "$modules"
        # shellcheck disable=SC2016
        printf 'exec $run "$@"\n'
    else
        printf 'exec %s "$@"\n' "$run"
    fi
}
