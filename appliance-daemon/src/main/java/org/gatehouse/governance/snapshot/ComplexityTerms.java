package org.gatehouse.governance.snapshot;

/**
 * What each feature of a prompt adds to its complexity, in points. The sum is cut to 0 to 100 and compared with the
 * strength of the targets. Immutable.
 *
 * @param perThousandTokens for each 1,000 prompt tokens, up to {@code lengthAtMost}
 * @param lengthAtMost most points for length
 * @param code when the prompt holds program code
 * @param mathematics when it holds formulas
 * @param reasoning for each word that asks for thought (prove, derive, compare, step by step), up to three
 * @param steps for each question or numbered step beyond the first, up to four
 * @param tools when the model may call tools
 * @param schema when the answer must follow a schema
 * @param perTurn for each earlier turn of the conversation, up to ten
 * @param perThousandOutputTokens for each 1,000 tokens of requested output, up to eight
 */
public record ComplexityTerms(int perThousandTokens, int lengthAtMost, int code, int mathematics, int reasoning,
        int steps, int tools, int schema, int perTurn, int perThousandOutputTokens) {

    /** A greeting has 0 points, a paragraph to write some 5, a proof or a program with tools 50 and more. */
    public static final ComplexityTerms DEFAULT = new ComplexityTerms(4, 24, 20, 15, 10, 4, 15, 5, 1, 3);

    /** Checks that nothing makes a prompt simpler than it is. */
    public ComplexityTerms {
        if ((perThousandTokens | lengthAtMost | code | mathematics | reasoning | steps | tools | schema | perTurn
                | perThousandOutputTokens) < 0) {
            throw new IllegalArgumentException("points of complexity are at least 0");
        }
    }
}
