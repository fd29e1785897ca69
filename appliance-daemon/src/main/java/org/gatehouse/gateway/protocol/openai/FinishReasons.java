package org.gatehouse.gateway.protocol.openai;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.StopReason;

/** Chat's {@code finish_reason} and the canonical reasons. Stateless. */
final class FinishReasons {

    private FinishReasons() {}

    /**
     * Reads one.
     *
     * @param reason the provider's word; null when it gave none
     * @param stopString vLLM's {@code stop_reason} where that is a string: the stop string that came up
     * @param original OpenRouter's {@code native_finish_reason}
     * @param calls whether the choice holds tool calls; servers say {@code stop} behind a call that was forced, OpenAI too
     */
    static Stop read(@Nullable String reason, @Nullable String stopString, @Nullable String original, boolean calls) {
        String word = reason == null ? "" : reason;
        StopReason read = switch (word) {
            case "stop", "eos", "eos_token", "end_turn", "" -> stopString == null
                    ? StopReason.END
                    : StopReason.STOP_SEQUENCE;
            case "stop_sequence" -> StopReason.STOP_SEQUENCE;
            case "length", "max_tokens" -> StopReason.LENGTH;
            case "model_length" -> StopReason.CONTEXT_FULL;
            case "tool_calls", "function_call", "tool_use" -> StopReason.TOOL_CALLS;
            case "content_filter" -> StopReason.CONTENT_FILTER;
            default -> StopReason.OTHER;
        };
        if (read == StopReason.END && calls) {
            read = StopReason.TOOL_CALLS;
        }
        return new Stop(read, read == StopReason.STOP_SEQUENCE ? stopString : null,
                original != null ? original : reason);
    }

    /** Whether the server says by it that it broke off: no answer that may pass for whole. */
    static boolean isFailure(@Nullable String reason) {
        return switch (reason) {
            case "error", "abort", "insufficient_system_resource" -> true;
            case null, default -> false;
        };
    }

    /** OpenAI's word: its clients know these four only. */
    static String write(StopReason reason) {
        return switch (reason) {
            case END, STOP_SEQUENCE, PAUSE, MALFORMED_TOOL_CALL, OTHER -> "stop";
            case LENGTH, CONTEXT_FULL -> "length";
            case TOOL_CALLS -> "tool_calls";
            case CONTENT_FILTER -> "content_filter";
        };
    }
}
