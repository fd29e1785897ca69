package org.gatehouse.gateway.protocol.anthropic;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Ids of tool calls between protocols. Anthropic takes {@code [a-zA-Z0-9_-]+} only. An id that does not fit always becomes
 * the same other one, so that a call and its result still belong together, in this turn and in later ones.
 */
final class ToolIds {
    /** No limit is documented; OpenAI's longest is 64, so a conversation can move back. */
    private static final int MOST = 64;
    private static final int KEPT = 40;

    private ToolIds() {}

    static String write(String id) {
        if (!id.isEmpty() && id.length() <= MOST && id.chars().allMatch(ToolNames::isPlain)) {
            return id;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(id.length(), KEPT); i++) {
            text.append(ToolNames.isPlain(id.charAt(i)) ? id.charAt(i) : '_');
        }
        // Two ids that differ only in what was replaced must stay two.
        return text.append('_').append(HexFormat.of().formatHex(digest(id), 0, 8)).toString();
    }

    private static byte[] digest(String id) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK knows SHA-256", e);
        }
    }
}
