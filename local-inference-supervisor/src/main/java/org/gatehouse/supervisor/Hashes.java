package org.gatehouse.supervisor;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;

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

    /**
     * Of a whole command: arguments, variables and directory. Two GPUs' worth of difference may stand in a variable alone
     * ({@code CUDA_VISIBLE_DEVICES}), and so may the key that the engine asks for.
     */
    static String of(EngineCommand command) {
        StringBuilder joined = new StringBuilder();
        command.argv().forEach(argument -> joined.append(argument).append('\0'));
        new TreeMap<>(command.environment())
                .forEach((name, value) -> joined.append('\0').append(name).append('=').append(value));
        joined.append("\0\0").append(command.workingDirectory());
        return sha256(joined.toString().getBytes(StandardCharsets.UTF_8));
    }
}
