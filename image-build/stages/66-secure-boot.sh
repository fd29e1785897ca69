# What the boot menu's "Enroll Secure Boot keys" gives to a firmware in setup mode: our certificate as its platform key, as the key that may exchange
# others, and as the one whose programs it starts. The boot loader looks for them in the folders of loader/keys, and writes the platform key, with
# which Secure Boot begins, last (systemd 257, secure_boot_enroll_at). Sourced.
# shellcheck shell=bash

# Who owns the certificate in the firmware's lists: us, by an identifier that was made up once.
readonly KEYS_OWNER=5d0c0b53-6a2f-4c0e-9d0a-8f6a4f7d2b61
readonly EFI_GLOBAL=8be4df61-93ca-11d2-aa0d-00e098032b8c
readonly EFI_IMAGE_SECURITY=d719b2cb-3d3a-4596-a3bc-dad00e67656f
readonly EFI_CERT_X509=a5c059a1-94e4-4aa7-87b5-ab155c2bf072
readonly EFI_CERT_TYPE_PKCS7=4aafd29d-68df-49ee-8aa9-347d375665a7

make_secure_boot_keys() {
    local folder=$WORK/secure-boot size
    mkdir -p "$folder"
    openssl x509 -in "$KEYS/boot.crt" -outform DER -out "$folder/boot.der"
    size=$(stat -c %s "$folder/boot.der")
    # EFI_SIGNATURE_LIST of one certificate (UEFI specification 2.10, 32.4.1).
    {
        guid $EFI_CERT_X509
        number 4 $((28 + 16 + size))
        number 4 0
        number 4 $((16 + size))
        guid $KEYS_OWNER
        cat "$folder/boot.der"
    } >"$folder/list"
    signed_variable PK $EFI_GLOBAL
    signed_variable KEK $EFI_GLOBAL
    signed_variable db $EFI_IMAGE_SECURITY
}

# signed_variable NAME VENDOR: $WORK/secure-boot/NAME.auth, the list as that variable's value in the form in which firmware takes it
# (EFI_VARIABLE_AUTHENTICATION_2, UEFI specification 2.10, 8.2.2). sbvarsign 0.9.4 makes the same, but with a month that is one too small, 0 in January,
# and when it runs; this one says when the commit was made, so that two builds make the same.
signed_variable() {
    local folder=$WORK/secure-boot name=$1 moment part letter
    read -ra moment < <(date -u -d "@$SOURCE_DATE_EPOCH" '+%-Y %-m %-d %-H %-M %-S')
    {
        number 2 "${moment[0]}"
        for part in "${moment[@]:1}"; do number 1 "$part"; done
        number 9 0
    } >"$folder/time"
    {
        printf %s "$name" | sed 's/./&\n/g' | while read -r letter; do printf '%s\0' "$letter"; done
        guid "$2"
        # Kept over restarts, read by whoever runs, written by whom a later signature with a later time allows to.
        number 4 $((0x27))
        cat "$folder/time" "$folder/list"
    } >"$folder/signed"
    with_boot_key openssl smime -sign -binary -noattr -md sha256 -outform DER -signer /run/work/keys/boot.crt -inkey /run/work/keys/boot.key \
        -in /run/work/secure-boot/signed -out /run/work/secure-boot/signature
    # Firmware wants the SignedData without the ContentInfo around it, which has 19 bytes before a content of 256 to 65,535 bytes.
    tail -c +20 "$folder/signature" >"$folder/signed-data"
    {
        cat "$folder/time"
        number 4 $((24 + $(stat -c %s "$folder/signed-data")))
        number 2 $((0x0200))
        number 2 $((0x0ef1))
        guid $EFI_CERT_TYPE_PKCS7
        cat "$folder/signed-data" "$folder/list"
    } >"$folder/$name.auth"
}

# number BYTES VALUE: as it lies in memory, the lowest byte first.
number() {
    local i
    for ((i = 0; i < $1; i++)); do
        # shellcheck disable=SC2059
        printf "\\x$(printf %02x $(($2 >> 8 * (i < 8 ? i : 7) & 255)))"
    done
}

# guid TEXT: three numbers, and eight bytes in the order in which they are written.
guid() {
    local parts i
    IFS=- read -ra parts <<<"$1"
    number 4 $((0x${parts[0]}))
    number 2 $((0x${parts[1]}))
    number 2 $((0x${parts[2]}))
    for ((i = 0; i < 16; i += 2)); do
        number 1 $((0x$(printf %s "${parts[3]}${parts[4]}" | cut -c$((i + 1))-$((i + 2)))))
    done
}
