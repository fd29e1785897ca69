# Layers: vendors' parts that are updated apart from the base. Each becomes an image of its own, read-only, with a hash tree and our signature.
# Sourced.
# shellcheck shell=bash

# layer_given NAME=FOLDER: remembers a layer that was named on the command line.
layer_given() {
    local name=${1%%=*} folder=${1#*=}
    [[ $name =~ ^[a-z][a-z0-9-]{0,40}$ && $1 == *=* ]] || die "--layer wants NAME=FOLDER, with small letters, digits and - in the name, not '$1'"
    [ -f "$folder/layer.json" ] || die "there is no layer.json in $folder, which is to be the layer $name"
    LAYERS[$name]=$(cd "$folder" && pwd)
    LAYER_NAMES=$(printf '%s\n' "${!LAYERS[@]}" | LC_ALL=C sort | paste -sd,)
}

# kernel_of_tree: for a build that makes no image, whose later stages would say it.
kernel_of_tree() {
    find "$ROOT/usr/lib/modules" -mindepth 1 -maxdepth 1 -printf '%f\n'
}

make_layers() {
    local name
    for name in ${LAYER_NAMES//,/ }; do
        make_layer "$name" "${LAYERS[$name]}"
    done
}

layer_field() {
    enter "$TOOLS" jq -r "$2" "/run/work/layers/$1/.layer.json"
}

# make_layer NAME FOLDER: holds the folder against its sums, tries it in the tree, and makes the image.
make_layer() {
    local name=$1 folder=$2 version other inside=$WORK/layers/$1
    [ -d "$folder/files" ] || die "the layer $name has no folder files"
    (cd "$folder" && sha256sum --check --strict --quiet SHA256SUMS) || die "the layer $name is not what its SHA256SUMS say"
    # Also nothing more than these: a file that nobody vouched for must not get in.
    other=$(cd "$folder" && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort |
        comm -3 - <(sed -E 's/^[0-9a-f]{64} [ *](\.\/)?//' SHA256SUMS | LC_ALL=C sort) | head -n 1 | tr -d '\t')
    [ -z "$other" ] || die "the SHA256SUMS of the layer $name and its files differ in $other"
    mkdir -p "$inside"
    cp -r --no-preserve=ownership,timestamps "$folder/files/." "$inside/"
    (cd "$folder/files" && find . -type f -perm /111 -print0) | (cd "$inside" && xargs -0 -r chmod 755)
    cp "$folder/layer.json" "$inside/.layer.json"
    [ "$(layer_field "$name" .name)" = "$name" ] || die "the layer in $folder calls itself $(layer_field "$name" .name), not $name"
    version=$(layer_field "$name" .version)
    [[ $version =~ ^[0-9A-Za-z][0-9A-Za-z.+~-]{0,60}$ ]] || die "the layer $name has the version '$version'"
    layer_fits "$name"
    [ ! -x "$folder/check" ] || layer_check "$name" "$folder"
    find "$inside" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
    layer_image "$name" "$version"
}

# layer_fits NAME: to the kernel (drivers) and to the other layers that it names.
layer_fits() {
    local kernel need
    kernel=$(layer_field "$1" '.needs.kernel // empty')
    [ -z "$kernel" ] || [ "$kernel" = "$KERNEL" ] || die "the layer $1 is for the kernel $kernel, and the image has $KERNEL"
    for need in $(layer_field "$1" '.needs.layers // [] | .[]'); do
        [ -n "${LAYERS[$need]:-}" ] || die "the layer $1 needs the layer $need: name it with --layer too"
    done
}

# layer_check NAME FOLDER: the layer's own program, in the image's tree, with all layers that were made so far where a box has them.
layer_check() {
    cp "$2/check" "$WORK/layer-check"
    # shellcheck disable=SC2016
    enter "$ROOT" sh -euc 'ln -s /run/work/layers /run/gatehouse-layers; exec /run/work/layer-check "/opt/gatehouse/layers/$1"' check "$1" ||
        die "the check of the layer $1 failed"
}

layer_image() {
    local file=gatehouse-layer_$1_$2.raw definitions=$WORK/layer.repart
    rm -rf "$definitions"
    mkdir "$definitions"
    printf '[Partition]\nType=root\nFormat=erofs\nCompression=lz4hc\nCopyFiles=/:/\nVerity=data\nVerityMatchKey=layer\nMinimize=best\n' >"$definitions/10-root.conf"
    printf '[Partition]\nType=root-verity\nVerity=hash\nVerityMatchKey=layer\nMinimize=best\n' >"$definitions/11-verity.conf"
    printf '[Partition]\nType=root-verity-sig\nVerity=signature\nVerityMatchKey=layer\n' >"$definitions/12-signature.conf"
    mkdir -p "$WORK/keys"
    cp "$KEYS"/update.{key,crt} "$WORK/keys/"
    partitions --empty=create --size=auto --definitions=/run/work/layer.repart --root="/run/work/layers/$1" \
        --private-key=/run/work/keys/update.key --certificate=/run/work/keys/update.crt "/run/work/$file"
    rm -rf "$WORK/keys"
    mv "$WORK/$file" "$OUT/$file"
}
