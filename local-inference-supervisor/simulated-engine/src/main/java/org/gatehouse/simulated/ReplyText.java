package org.gatehouse.simulated;

/** A text cut into its tokens, each ready to stand inside a JSON string. Immutable. */
final class ReplyText {
    private static final String LABEL = "[simulated]";
    /** Begins with a space and ends without, so that the text goes round without a seam between its tokens. */
    private static final String BODY = " "
            + """
                    This reply comes from a simulated engine: no model ran, and no GPU was used. It stands in for a real answer \
                    so that keys, limits, prices, streams and records can be tried on any machine. The words are always the same, \
                    one token after the other, until the length that was asked for. Counting goes on as it would with a model: \
                    each piece of text is one output token, and usage tells the sum.""";

    private final byte[] escaped;
    private final int[] ends;
    private final int[] numbers;
    /** Where the text goes on after its last token; the token count when it does not. */
    private final int loop;

    private ReplyText(String text, int loopAfterTokens) {
        PromptTokens tokens = PromptTokens.withNumbers();
        Tokenizer.split(text, tokens);
        numbers = tokens.numbers();
        ends = new int[numbers.length];
        Bytes out = new Bytes(text.length() + 16);
        for (int i = 0; i < numbers.length; i++) {
            out.escaped(Tokenizer.text(numbers[i]));
            ends[i] = out.length();
        }
        escaped = out.copy();
        loop = loopAfterTokens < 0 ? numbers.length : loopAfterTokens;
    }

    /** The text that every reply without wishes begins with; it never ends. */
    static ReplyText standard() {
        return new ReplyText(LABEL + BODY.repeat(20), Tokenizer.count(LABEL));
    }

    /** The same with characters of two, three and four bytes in it. */
    static ReplyText multilingual() {
        return new ReplyText(LABEL + " Grüße, 你好, こんにちは, привет, 🙂🚀".repeat(20), Tokenizer.count(LABEL));
    }

    /** This text, once. */
    static ReplyText of(String text) {
        return new ReplyText(text, -1);
    }

    /** {@code text} with the label in front. */
    static ReplyText labelled(String text) {
        return of(LABEL + " " + text);
    }

    /** How many tokens there are; {@link Integer#MAX_VALUE} when the text never ends. */
    int tokens() {
        return loop < numbers.length ? Integer.MAX_VALUE : numbers.length;
    }

    /** Appends the tokens {@code [from, to)}, escaped for a JSON string. */
    void append(Bytes out, int from, int to) {
        if (to <= numbers.length) {
            int begin = from == 0 ? 0 : ends[from - 1];
            out.put(escaped, begin, (to == 0 ? 0 : ends[to - 1]) - begin);
            return;
        }
        for (int i = from; i < to; i++) {
            int at = index(i);
            int begin = at == 0 ? 0 : ends[at - 1];
            out.put(escaped, begin, ends[at] - begin);
        }
    }

    /** The text of one token, as it is. */
    String token(int index) {
        return Tokenizer.text(numbers[index(index)]);
    }

    /** The text of the first tokens, as it is. */
    String text(int tokens) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < tokens; i++) {
            text.append(token(i));
        }
        return text.toString();
    }

    private int index(int token) {
        return token < numbers.length ? token : loop + (token - numbers.length) % (numbers.length - loop);
    }
}
