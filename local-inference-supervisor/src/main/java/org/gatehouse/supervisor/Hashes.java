package org.gatehouse.supervisor;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Fingerprints of commands, so that a manifest can tell them apart without holding what may be secret in them. */
final class Hashes {
    private Hashes() {}

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Of an argument vector: the elements with a zero byte after each, as the kernel keeps them. */
    static String ofArguments(List<String> argv) {
        StringBuilder joined = new StringBuilder();
        argv.forEach(argument -> joined.append(argument).append('\0'));
        return sha256(joined.toString().getBytes(StandardCharsets.UTF_8));
    }
}
