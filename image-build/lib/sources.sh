# Where packages come from: the machine's own Debian mirror, asked for the release that the image is made of. Sourced.
# shellcheck shell=bash

readonly SUITE=trixie

# debian_sources FILE: writes the machine's own Debian sources with that release in place of its own. Nothing in this
# project names a mirror.
debian_sources() {
    local mirror="" security="" keyring=/usr/share/keyrings/debian-archive-keyring.gpg source
    for source in /etc/apt/sources.list.d/*.sources; do
        [ -f "$source" ] || continue
        grep -q "Signed-By:.*debian-archive-keyring" "$source" || continue
        while read -r uri; do
            case $uri in *security*) security=$uri ;; *) mirror=${mirror:-$uri} ;; esac
        done < <(sed -n 's/^URIs:[[:space:]]*//p' "$source" | tr ' ' '\n')
    done
    if [ -z "$mirror" ] && [ -f /etc/apt/sources.list ]; then
        mirror=$(awk '$1 == "deb" && $0 !~ /security/ {for (i = 2; i < NF; i++) if ($i ~ /^[a-z+]+:\/\//) {print $i; exit}}' /etc/apt/sources.list)
        security=$(awk '$1 == "deb" && $0 ~ /security/ {for (i = 2; i < NF; i++) if ($i ~ /^[a-z+]+:\/\//) {print $i; exit}}' /etc/apt/sources.list)
    fi
    [ -n "$mirror" ] || die "this machine's apt names no Debian mirror. Add one to /etc/apt/sources.list.d, signed by $keyring."
    {
        printf 'Types: deb\nURIs: %s\nSuites: %s %s-updates\nComponents: main non-free-firmware\nSigned-By: %s\n' "$mirror" "$SUITE" "$SUITE" "$keyring"
        [ -z "$security" ] || printf '\nTypes: deb\nURIs: %s\nSuites: %s-security\nComponents: main non-free-firmware\nSigned-By: %s\n' "$security" "$SUITE" "$keyring"
    } >"$1"
}

# index_state FOLDER: fetches the package indices into that folder and prints a digest of their signed heads, which
# changes when the archive does.
index_state() {
    mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
    apt-get -qq update -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$1/sources" -o Dir::State="$1" \
        -o Dir::State::lists="$1/lists" -o Dir::Cache="$1/cache" >&2
    find "$1/lists" -maxdepth 1 -name '*InRelease' -print0 | LC_ALL=C sort -z | xargs -0 cat | sha256sum | cut -c1-16
}
