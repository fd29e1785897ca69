package org.gatehouse.gateway.protocol.gemini;

import java.util.Set;

import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.StopReason;

/** Google's words for why an answer ended. Its own word is kept beside what it means. */
final class FinishReasons {
    private static final Set<String> KNOWN = Set.of("STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "LANGUAGE", "OTHER",
            "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MALFORMED_FUNCTION_CALL", "IMAGE_SAFETY",
            "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS");

    private FinishReasons() {}

    /** What a word means at the end of an answer that called tools or did not. */
    static Stop read(String reason, boolean called) {
        StopReason meaning = switch (reason) {
            case "STOP" -> called ? StopReason.TOOL_CALLS : StopReason.END;
            case "MAX_TOKENS" -> StopReason.LENGTH;
            case "SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "RECITATION", "IMAGE_SAFETY",
                    "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "MODEL_ARMOR" ->
                StopReason.CONTENT_FILTER;
            case "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS" ->
                StopReason.MALFORMED_TOOL_CALL;
            default -> StopReason.OTHER;
        };
        return new Stop(meaning, null, reason);
    }

    /** The prompt itself was held back, so there is no answer. */
    static Stop blocked(String blockReason) {
        return new Stop(StopReason.CONTENT_FILTER, null, blockReason);
    }

    static String write(Stop stop) {
        String own = stop.nativeReason();
        if (own != null && KNOWN.contains(own) && read(own, stop.reason() == StopReason.TOOL_CALLS).reason() == stop
                .reason()) {
            return own;
        }
        return switch (stop.reason()) {
            case END, STOP_SEQUENCE, TOOL_CALLS, PAUSE -> "STOP";
            case LENGTH, CONTEXT_FULL -> "MAX_TOKENS";
            case CONTENT_FILTER -> "SAFETY";
            case MALFORMED_TOOL_CALL -> "MALFORMED_FUNCTION_CALL";
            case OTHER -> "OTHER";
        };
    }
}
