package org.gatehouse.gateway.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Ids of tool calls between protocols. Anthropic and Bedrock take {@code [a-zA-Z0-9_-]+} only. An id that does not fit always
 * becomes the same other one, so that a call and its result still belong together, in this turn and in later ones.
 */
public final class ToolIds {
    /** Bedrock's limit, and OpenAI's, so that a conversation can move back. */
    private static final int MOST = 64;
    private static final int KEPT = 40;

    private ToolIds() {}

    /** The id as those take it. */
    public static String write(String id) {
        if (!id.isEmpty() && id.length() <= MOST && id.chars().allMatch(ToolIds::isPlain)) {
            return id;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(id.length(), KEPT); i++) {
            text.append(isPlain(id.charAt(i)) ? id.charAt(i) : '_');
        }
        // Two ids that differ only in what was replaced must stay two.
        return text.append('_').append(HexFormat.of().formatHex(digest(id), 0, 8)).toString();
    }

    /** Whether they take the character in names and ids. */
    public static boolean isPlain(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
    }

    private static byte[] digest(String id) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK knows SHA-256", e);
        }
    }
}
