package org.gatehouse.simulated;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TokenizerTest {
    private static final String[] PIECES = {"a", "Z9", " ", "  ", "\n", "hello", ", ", "{\"", "\"}", "ü", "漢", "🙂",
            "\0",
            "\u007f", "].", " the", "\t\r\n", "é́", "[[sim"};

    @Test
    void everyTextComesBackFromItsTokensAndEachTokenHasAByteAtLeast() {
        Random random = new Random(20261120);
        for (int round = 0; round < 3000; round++) {
            String text = text(random);
            List<Integer> tokens = tokens(text);

            StringBuilder back = new StringBuilder();
            tokens.forEach(token -> back.append(Tokenizer.text(token)));
            assertThat(back).hasToString(text);
            assertThat(tokens.size()).isLessThanOrEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
            assertThat(tokens).allSatisfy(
                    token -> assertThat(Tokenizer.text(token).getBytes(StandardCharsets.UTF_8)).hasSizeBetween(1, 4));
        }
    }

    @Test
    void theFirstTokensOfATextAreTheTokensOfThatMuchText() {
        Random random = new Random(7);
        for (int round = 0; round < 3000; round++) {
            List<Integer> tokens = tokens(text(random));
            int kept = random.nextInt(tokens.size() + 1);
            StringBuilder beginning = new StringBuilder();
            tokens.subList(0, kept).forEach(token -> beginning.append(Tokenizer.text(token)));

            assertThat(tokens(beginning.toString())).isEqualTo(tokens.subList(0, kept));
        }
    }

    @Test
    void aLoneSurrogateIsOneTokenAndNoFailure() {
        assertThat(tokens("a\uD800b")).hasSize(3);
        assertThat(tokens("\uDC00")).hasSize(1);
    }

    @Test
    void theReplyThatNeverEndsStaysTokenForTokenBeyondItsLoop() {
        ReplyText text = ReplyText.standard();

        assertThat(Tokenizer.count(text.text(20_000))).isEqualTo(20_000);
        assertThat(text.text(20_000)).startsWith("[simulated] ").containsOnlyOnce("[simulated]");
    }

    private static List<Integer> tokens(String text) {
        List<Integer> tokens = new ArrayList<>();
        Tokenizer.split(text, tokens::add);
        return tokens;
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        int pieces = random.nextInt(30);
        for (int i = 0; i < pieces; i++) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }
}
