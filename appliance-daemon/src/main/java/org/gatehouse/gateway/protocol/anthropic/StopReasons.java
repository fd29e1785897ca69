package org.gatehouse.gateway.protocol.anthropic;

import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.StopReason;

/** Why an answer ended, in Anthropic's words. */
final class StopReasons {

    private StopReasons() {}

    static StopReason read(String reason) {
        return switch (reason) {
            case "end_turn" -> StopReason.END;
            case "stop_sequence" -> StopReason.STOP_SEQUENCE;
            case "max_tokens" -> StopReason.LENGTH;
            case "model_context_window_exceeded" -> StopReason.CONTEXT_FULL;
            case "tool_use" -> StopReason.TOOL_CALLS;
            case "refusal" -> StopReason.CONTENT_FILTER;
            case "pause_turn" -> StopReason.PAUSE;
            default -> StopReason.OTHER;
        };
    }

    /**
     * The word for a client.
     *
     * @param called whether the answer has tool calls: some engines then say that the model was done, and clients that wait
     *     for {@code tool_use} would never call
     */
    static String write(Stop stop, boolean called) {
        return switch (stop.reason()) {
            case END -> stop.sequence() != null ? "stop_sequence" : called ? "tool_use" : "end_turn";
            // A stop_sequence that is not named would be null in its own field.
            case STOP_SEQUENCE -> stop.sequence() != null ? "stop_sequence" : "end_turn";
            case LENGTH -> "max_tokens";
            case CONTEXT_FULL -> "model_context_window_exceeded";
            case TOOL_CALLS -> called ? "tool_use" : "end_turn";
            case CONTENT_FILTER -> "refusal";
            case PAUSE -> "pause_turn";
            case MALFORMED_TOOL_CALL, OTHER -> called ? "tool_use" : "end_turn";
        };
    }
}
