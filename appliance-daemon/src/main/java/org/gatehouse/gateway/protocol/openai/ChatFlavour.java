package org.gatehouse.gateway.protocol.openai;

/**
 * What a server that speaks OpenAI's chat protocol does differently from the others who do. Immutable. A provider that fits
 * none of the constants describes itself.
 *
 * @param capField the name of the cap on output
 * @param seedField the name of the seed
 * @param topK whether it knows {@code top_k}
 * @param user whether it knows {@code user}
 * @param choices whether it gives several answers ({@code n})
 * @param streamOptions whether it knows {@code stream_options}; one that does not reports usage unasked
 * @param textParts whether text may come as an array of parts
 * @param files whether it takes documents as {@code file} parts
 * @param strictNames whether a tool's name must match OpenAI's {@code [a-zA-Z0-9_-]{1,64}}
 * @param callIds what ids of tool calls it takes
 * @param effort how it is told how much to think
 * @param thoughts whether it wants the thoughts of earlier turns back
 * @param prefill how it is told to go on with a last turn of the assistant's
 */
public record ChatFlavour(String capField, String seedField, boolean topK, boolean user, boolean choices,
        boolean streamOptions, boolean textParts, boolean files, boolean strictNames, CallIds callIds,
        EffortFields effort, Thoughts thoughts, Prefill prefill) {

    /** OpenAI itself, also at Azure: wants {@code max_completion_tokens}, shows and takes no thoughts. */
    public static final ChatFlavour OPENAI = new ChatFlavour("max_completion_tokens", "seed", false, true, true, true,
            true, true, true, CallIds.UP_TO_40, EffortFields.WORD, Thoughts.NEVER, Prefill.UNKNOWN);

    /** Somebody compatible of whom no more is known: only what everybody takes. */
    public static final ChatFlavour COMPATIBLE = new ChatFlavour("max_tokens", "seed", false, true, true, true, true,
            false, false, CallIds.ANY, EffortFields.PLAIN_WORD, Thoughts.NEVER, Prefill.UNKNOWN);

    /**
     * vLLM, SGLang and llama.cpp. vLLM calls thoughts {@code reasoning} since 0.11, the others {@code reasoning_content}; the
     * history bears both names.
     */
    public static final ChatFlavour ENGINE = new ChatFlavour("max_tokens", "seed", true, true, true, true, true, false,
            false, CallIds.ANY, EffortFields.TEMPLATE, Thoughts.ALWAYS, Prefill.CONTINUE);

    /**
     * DeepSeek: since V3.2 a turn with tool calls must come back with its {@code reasoning_content}, be it empty, or the
     * request is refused; on other turns it is ignored (api-docs.deepseek.com, Thinking Mode).
     */
    public static final ChatFlavour DEEPSEEK = new ChatFlavour("max_tokens", "seed", false, false, false, true, false,
            false, false, CallIds.ANY, EffortFields.DEEPSEEK, Thoughts.WITH_TOOL_CALLS, Prefill.UNKNOWN);

    /** Qwen at DashScope: {@code enable_thinking} and {@code thinking_budget}. */
    public static final ChatFlavour QWEN = new ChatFlavour("max_tokens", "seed", true, false, true, true, true, false,
            false, CallIds.ANY, EffortFields.QWEN, Thoughts.NEVER, Prefill.UNKNOWN);

    /** Mistral: refuses fields that it does not know (422), and takes ids of nine letters and digits only. */
    public static final ChatFlavour MISTRAL = new ChatFlavour("max_tokens", "random_seed", false, false, true, false,
            true, false, true, CallIds.NINE_ALPHANUMERICS, EffortFields.OFF_OR_HIGH, Thoughts.NEVER, Prefill.PREFIX);

    /**
     * Whether it takes what OpenAI's clients write as they write it, and answers as they expect. The others are translated to
     * even so: Mistral refuses {@code max_completion_tokens}, Qwen overhears {@code reasoning_effort}, DeepSeek reports
     * usage where OpenAI's own client does not look.
     */
    public boolean takesOpenAis() {
        return switch (effort) {
            case WORD, PLAIN_WORD, TEMPLATE -> true;
            case OFF_OR_HIGH, DEEPSEEK, QWEN -> false;
        };
    }

    /** Which ids of tool calls are taken. Others are replaced, call and result alike. */
    public enum CallIds {
        ANY, UP_TO_40, NINE_ALPHANUMERICS
    }

    /** How a model is told how much to think. */
    public enum EffortFields {
        /** {@code reasoning_effort} with all of OpenAI's words. */
        WORD,
        /** {@code reasoning_effort} with low, medium and high. */
        PLAIN_WORD,
        /** {@code reasoning_effort} none or high. */
        OFF_OR_HIGH,
        /** A plain word, a switch for the chat template, and {@code thinking_token_budget} for budgets. */
        TEMPLATE,
        /** {@code thinking.type}, and {@code reasoning_effort} low, high or max. */
        DEEPSEEK,
        /** {@code enable_thinking} and {@code thinking_budget}. */
        QWEN
    }

    /** Which turns of the assistant's are sent back with their thoughts. */
    public enum Thoughts {
        NEVER, WITH_TOOL_CALLS, ALWAYS
    }

    /** How a last turn of the assistant's is gone on with. */
    public enum Prefill {
        /** Not at all: the model begins a new turn behind it. */
        UNKNOWN,
        /** {@code continue_final_message}. */
        CONTINUE,
        /** {@code prefix: true} on the message. */
        PREFIX
    }
}
