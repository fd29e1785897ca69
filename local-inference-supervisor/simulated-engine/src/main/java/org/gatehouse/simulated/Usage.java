package org.gatehouse.simulated;

/**
 * What a generation used, and how both personalities write it.
 *
 * @param prompt tokens of the prompt
 * @param output tokens generated, the reasoning ones included
 * @param cached prompt tokens that the prefix cache had; negative when that is not told
 * @param reasoning output tokens that were reasoning
 */
record Usage(int prompt, int output, int cached, int reasoning) {

    /** The usage object of chat and text completions. */
    void write(Personality personality, Directive directive, Bytes out) {
        if (directive.fault() == Fault.WRONG_USAGE) {
            out.ascii(wrong(directive.wrong(), "prompt_tokens", "completion_tokens"));
            return;
        }
        out.ascii("{\"prompt_tokens\":").number(prompt).ascii(",\"total_tokens\":").number((long) prompt + output);
        out.ascii(",\"completion_tokens\":").number(output);
        if (personality == Personality.OPENAI) {
            out.ascii(",\"prompt_tokens_details\":{\"cached_tokens\":").number(Math.max(0, cached));
            out.ascii(",\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":").number(reasoning);
            out.ascii(",\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}");
            return;
        }
        if (cached >= 0) {
            out.ascii(",\"prompt_tokens_details\":{\"cached_tokens\":").number(cached).put('}');
        } else {
            out.ascii(",\"prompt_tokens_details\":null");
        }
        if (reasoning > 0) {
            out.ascii(",\"completion_tokens_details\":{\"reasoning_tokens\":").number(reasoning).put('}');
        }
        out.put('}');
    }

    /** The usage object of the responses surface. */
    void writeForResponses(Directive directive, Bytes out) {
        if (directive.fault() == Fault.WRONG_USAGE) {
            out.ascii(wrong(directive.wrong(), "input_tokens", "output_tokens"));
            return;
        }
        out.ascii("{\"input_tokens\":").number(prompt).ascii(",\"input_tokens_details\":{\"cached_tokens\":");
        out.number(Math.max(0, cached)).ascii("},\"output_tokens\":").number(output);
        out.ascii(",\"output_tokens_details\":{\"reasoning_tokens\":").number(reasoning);
        out.ascii("},\"total_tokens\":").number((long) prompt + output).put('}');
    }

    /** The usage object of surfaces that make no tokens. */
    void writeForInput(Personality personality, Directive directive, Bytes out) {
        if (directive.fault() == Fault.WRONG_USAGE) {
            out.ascii(wrong(directive.wrong(), "prompt_tokens", "completion_tokens"));
            return;
        }
        out.ascii("{\"prompt_tokens\":").number(prompt).ascii(",\"total_tokens\":").number(prompt);
        out.ascii(personality == Personality.VLLM ? ",\"completion_tokens\":0,\"prompt_tokens_details\":null}" : "}");
    }

    private static String wrong(String how, String promptName, String outputName) {
        String value = switch (how) {
            case "huge" -> "9000000000000000";
            case "string" -> "\"many\"";
            default -> "-7";
        };
        return "{\"" + promptName + "\":" + value + ",\"total_tokens\":" + value + ",\"" + outputName + "\":" + value
                + "}";
    }
}
