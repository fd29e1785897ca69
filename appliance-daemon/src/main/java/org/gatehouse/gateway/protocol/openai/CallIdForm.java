package org.gatehouse.gateway.protocol.openai;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Ids of tool calls as a server takes them. An id that another provider made and this one refuses is replaced by one made of
 * its digest: the same for the call and its result, today and on the next turn. Stateless.
 */
final class CallIdForm {
    private static final String ALPHANUMERICS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    /** OpenAI: "Expected a string with maximum length 40" in chat, 64 in Responses. */
    private static final int LONGEST_IN_CHAT = 40;
    private static final int LONGEST_IN_RESPONSES = 64;

    private CallIdForm() {}

    static String of(String id, ChatFlavour.CallIds form) {
        return switch (form) {
            case ANY -> id;
            case UP_TO_40 -> id.length() <= LONGEST_IN_CHAT ? id : "call_" + digest(id, 24);
            case NINE_ALPHANUMERICS ->
                id.length() == 9 && id.chars().allMatch(c -> ALPHANUMERICS.indexOf(c) >= 0) ? id : digest(id, 9);
        };
    }

    static String ofResponses(String id) {
        return id.length() <= LONGEST_IN_RESPONSES ? id : "call_" + digest(id, 24);
    }

    private static String digest(String id, int length) {
        byte[] digest;
        try {
            digest = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(ALPHANUMERICS.charAt(Math.floorMod(digest[i], ALPHANUMERICS.length())));
        }
        return text.toString();
    }
}
