# What is inside, what was made, and the sums of it all under a signature. Sourced.
# shellcheck shell=bash

make_inventory() {
    local commit certificate
    commit=$(git -C "$HOUSE" rev-parse HEAD 2>/dev/null || echo unknown)
    [ -z "$(git -C "$HOUSE" status --porcelain --untracked-files=no 2>/dev/null)" ] || commit=$commit-changed
    certificate=$(openssl x509 -in "$KEYS/update.crt" -noout -fingerprint -sha256 | cut -d= -f2)
    cp "$here/lib/inventory.py" "$WORK/inventory.py"
    cp "$HOUSE/appliance-daemon/src/main/console/package-lock.json" "$WORK/package-lock.json"
    enter "$TOOLS" python3 /run/work/inventory.py --version "$VERSION" --flavour "$FLAVOUR" --commit "$commit" \
        --roothash "$ROOT_HASH" --certificate "$certificate" --layers "${LAYER_NAMES:-}" --tree /run/work/root --out /run/out \
        --lock /run/work/package-lock.json
    sign_sums
}

# sign_sums: over everything of this version; what lies beside it from other builds is nobody's promise.
sign_sums() {
    cp "$KEYS/update.crt" "$OUT/update.crt"
    (cd "$OUT" && sha256sum -- "gatehouse_$VERSION".* RELEASE) >"$OUT/SHA256SUMS"
    openssl dgst -sha256 -sign "$KEYS/update.key" -out "$OUT/SHA256SUMS.sig" "$OUT/SHA256SUMS"
}
