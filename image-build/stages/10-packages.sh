# The trees of Debian packages: the build's own tools, and the base of the image. Both are kept until the archive or a
# list changes. Sourced.
# shellcheck shell=bash

# When what is made of packages alone says that it was made, in seconds of Unix: it is kept over commits, so it has to be of none.
# The day of Debian 13.
readonly OF_PACKAGES=1754697600

# host_tools: what this machine must have before anything; it is installed where it is missing.
host_tools() {
    local need=()
    command -v mmdebstrap >/dev/null || need+=(mmdebstrap)
    [ -f /usr/share/keyrings/debian-archive-keyring.gpg ] || need+=(debian-archive-keyring)
    command -v unshare >/dev/null || need+=(util-linux)
    [ ${#need[@]} -eq 0 ] && return
    say "installing ${need[*]} on this machine"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${need[@]}" >/dev/null
}

# find_packages: the archive's state, asked at most once a day unless --refresh was said.
find_packages() {
    mkdir -p "$CACHE/apt/sources"
    debian_sources "$CACHE/apt/sources/gatehouse.sources"
    if [ -n "$refresh" ] || [ -z "$(find "$CACHE/apt/state" -mmin -1440 2>/dev/null)" ]; then
        index_state "$CACHE/apt" >"$CACHE/apt/state.new"
        mv "$CACHE/apt/state.new" "$CACHE/apt/state"
    fi
    cat "$CACHE/apt/state"
}

# debian_tree TAR LISTS...: a tree of those packages as a tar file, made once for each state of the archive.
debian_tree() {
    local tar=$1
    shift
    [ -f "$tar" ] && return
    rm -f "${tar%-*}"-*.tar
    SOURCE_DATE_EPOCH=$OF_PACKAGES mmdebstrap --mode=root --format=tar --variant=minbase --include="$(packages "$@")" \
        --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/info/*' \
        "$SUITE" "$tar.new" "$CACHE/apt/sources/gatehouse.sources"
    mv "$tar.new" "$tar"
}

make_tools() {
    local state
    state=$(cat "$CACHE/apt/state")-$(digest "$here/packages/tools.list")
    [ "$(cat "$TOOLS.state" 2>/dev/null)" = "$state" ] && return
    debian_tree "$CACHE/tools-$state.tar" "$here/packages/tools.list"
    rm -rf --one-file-system "$TOOLS"
    mkdir "$TOOLS"
    tar -C "$TOOLS" --exclude='./dev/*' -xf "$CACHE/tools-$state.tar"
    rm "$CACHE/tools-$state.tar"
    printf '%s\n' "$state" >"$TOOLS.state"
}

make_base() {
    local lists=("$here/packages/base.list" "$here/packages/$FLAVOUR.list")
    BASE=$CACHE/base.$FLAVOUR-$(cat "$CACHE/apt/state")-$(digest "${lists[@]}" "$here/stages/10-packages.sh").tar
    debian_tree "$BASE" "${lists[@]}"
    keep BASE
    mkdir "$ROOT"
    tar -C "$ROOT" --exclude='./dev/*' -xf "$BASE"
    # By which systemd sees that this is another release, see systemd-update-done.service(8).
    touch -d "@$SOURCE_DATE_EPOCH" "$ROOT/usr"
}
