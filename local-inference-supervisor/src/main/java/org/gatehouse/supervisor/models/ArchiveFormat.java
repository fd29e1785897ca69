package org.gatehouse.supervisor.models;

import java.util.HexFormat;

/** What kind of archive a file is, by its first bytes. */
enum ArchiveFormat {
    TAR, TAR_GZIP, ZIP, ZSTANDARD, XZ, BZIP2, SEVEN_ZIP, RAR, UNKNOWN;

    /** For messages, after "The archive … is". */
    String words() {
        return switch (this) {
            case TAR -> "a tar file";
            case TAR_GZIP -> "a gzip file";
            case ZIP -> "a zip file";
            case ZSTANDARD -> "packed with Zstandard";
            case XZ -> "packed with xz";
            case BZIP2 -> "packed with bzip2";
            case SEVEN_ZIP -> "a 7z file";
            case RAR -> "a rar file";
            case UNKNOWN -> "of no known format";
        };
    }

    /** By the first 512 bytes, or all there are. */
    static ArchiveFormat of(byte[] start) {
        String hex = HexFormat.of().formatHex(start, 0, Math.min(start.length, 8));
        if (hex.startsWith("504b0304") || hex.startsWith("504b0506")) {
            return ZIP;
        }
        if (hex.startsWith("1f8b")) {
            return TAR_GZIP;
        }
        if (hex.startsWith("28b52ffd")) {
            return ZSTANDARD;
        }
        if (hex.startsWith("fd377a585a00")) {
            return XZ;
        }
        if (hex.startsWith("425a68")) {
            return BZIP2;
        }
        if (hex.startsWith("377abcaf271c")) {
            return SEVEN_ZIP;
        }
        if (hex.startsWith("526172211a07")) {
            return RAR;
        }
        return TarReader.isTar(start) ? TAR : UNKNOWN;
    }
}
