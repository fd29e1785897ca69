package org.gatehouse.simulated;

import java.nio.charset.StandardCharsets;

/** Log probabilities in the form of chat completions: the chosen token is likely, the alternatives less so. */
final class ChatLogprobs {
    private static final String[] ALTERNATIVES = {" the", " a", " one", " it", " so", " we", " if", " or", " no",
            " my"};

    private ChatLogprobs() {}

    /** Writes the object for the tokens {@code [from, to)}. */
    static void write(ReplyText text, int from, int to, int alternatives, Bytes out) {
        out.ascii("{\"content\":[");
        for (int i = from; i < to; i++) {
            out.ascii(i > from ? ",{" : "{");
            token(text.token(i), "-0.125", out);
            out.ascii(",\"top_logprobs\":[");
            for (int k = 0; k < alternatives; k++) {
                out.ascii(k > 0 ? ",{" : "{");
                token(k == 0 ? text.token(i) : ALTERNATIVES[k % ALTERNATIVES.length],
                        k == 0 ? "-0.125" : "-" + (k + 1) + ".5", out);
                out.put('}');
            }
            out.ascii("]}");
        }
        out.ascii("],\"refusal\":null}");
    }

    private static void token(String token, String logprob, Bytes out) {
        out.ascii("\"token\":").quoted(token).ascii(",\"logprob\":").ascii(logprob).ascii(",\"bytes\":[");
        byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            out.ascii(i > 0 ? "," : "").number(bytes[i] & 0xFF);
        }
        out.put(']');
    }
}
