# Keys, and what is signed with them. Sourced.
# shellcheck shell=bash

# make_keys: test keys, once, where the builder has none. A release is signed with keys that were never on a build machine's
# disk: --keys names a folder with the same file names.
make_keys() {
    local name
    mkdir -p -m 700 "$KEYS"
    for name in boot update; do
        [ -f "$KEYS/$name.key" ] && continue
        openssl req -quiet -x509 -newkey rsa:3072 -nodes -sha256 -days 7300 -subj "/CN=Gatehouse test key, $name, not for release/" \
            -keyout "$KEYS/$name.key.new" -out "$KEYS/$name.crt" 2>/dev/null ||
            openssl req -x509 -newkey rsa:3072 -nodes -sha256 -days 7300 -subj "/CN=Gatehouse test key, $name, not for release/" \
                -keyout "$KEYS/$name.key.new" -out "$KEYS/$name.crt"
        mv "$KEYS/$name.key.new" "$KEYS/$name.key"
    done
    # 2048 bits, for there are TPMs that take no more.
    if [ ! -f "$KEYS/pcr.key" ]; then
        openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$KEYS/pcr.key.new" 2>/dev/null ||
            openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$KEYS/pcr.key.new"
        chmod 600 "$KEYS/pcr.key.new"
        mv "$KEYS/pcr.key.new" "$KEYS/pcr.key"
    fi
    [ -f "$KEYS/pcr.pub" ] || openssl pkey -in "$KEYS/pcr.key" -pubout -out "$KEYS/pcr.pub"
}
