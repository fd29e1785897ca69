# shellcheck shell=bash
# The accounts of our services, made now so that their numbers are the same on each box and in each version.
systemd-sysusers --root="$ROOT" 2>/dev/null || chroot "$ROOT" systemd-sysusers
