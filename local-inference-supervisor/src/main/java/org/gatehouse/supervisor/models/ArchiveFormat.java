package org.gatehouse.supervisor.models;

import java.util.HexFormat;

/** What kind of archive a file is, by its first bytes. */
enum ArchiveFormat {
    TAR("a tar file", true), TAR_GZIP("a gzip file", true), ZIP("a zip file", true), ZSTANDARD(
            "packed with Zstandard", false), XZ("packed with xz", false), BZIP2("packed with bzip2",
                    false), SEVEN_ZIP("a 7z file", false), RAR("a rar file", false), UNKNOWN("no archive", false);

    private final String words;
    private final boolean readable;

    ArchiveFormat(String words, boolean readable) {
        this.words = words;
        this.readable = readable;
    }

    String words() {
        return words;
    }

    boolean readable() {
        return readable;
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
