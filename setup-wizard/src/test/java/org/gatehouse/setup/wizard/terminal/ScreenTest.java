package org.gatehouse.setup.wizard.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import org.gatehouse.setup.wizard.terminal.Screen.Frame;
import org.gatehouse.setup.wizard.terminal.Screen.Line;

import static org.assertj.core.api.Assertions.assertThat;

/** What fits on 80 by 24. */
final class ScreenTest {

    /** A console of a size on which nobody types. */
    private record Still(Size size, boolean isPlain) implements Console {
        @Override
        public void show(Screen screen) {}

        @Override
        public void refresh() {
            throw new AssertionError("nothing is drawn");
        }

        @Override
        public Key key(long millis) {
            return Key.of(Key.Kind.NONE);
        }
    }

    @Test
    void whateverTheBoxSaysNothingLeavesTheScreen() {
        Random random = new Random(42);
        for (int round = 0; round < 2_000; round++) {
            Console console = new Still(new Console.Size(16 + random.nextInt(9), 60 + random.nextInt(21)),
                    random.nextBoolean());
            List<Line> body = new ArrayList<>();
            for (int i = random.nextInt(60) + 1; i > 0; i--) {
                body.add(Line.of(text(random)));
            }
            int seen = random.nextInt(body.size());
            Screen screen = Screen.of(console, new Frame(text(random), "step 1 of 9", text(random), text(random)), body,
                    seen, random.nextInt(200) - 1);
            assertThat(screen.lines()).hasSize(console.size().rows());
            assertThat(screen.lines()).allSatisfy(line -> {
                assertThat(Cells.width(line.text())).isLessThan(console.size().columns());
                assertThat(line.text().chars()).noneMatch(Character::isISOControl);
                assertThat(console.isPlain() && line.text().chars().anyMatch(letter -> letter > 126)).isFalse();
            });
            assertThat(screen.cursorRow()).isLessThan(console.size().rows());
            assertThat(screen.cursorColumn()).isLessThan(console.size().columns());
            String wanted = Cells.cut(Cells.clean(body.get(seen).text(), console.isPlain()),
                    console.size().columns() - 1);
            assertThat(screen.lines()).extracting(Line::text).contains(wanted);
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        String letters = "abc \u001b[2J\n\t\u00fc\u4e2d\u6587\u200b\ud83d\ude00e\u0301\u0000";
        for (int i = random.nextInt(150); i > 0; i--) {
            int at = random.nextInt(letters.length());
            if (!Character.isSurrogate(letters.charAt(at))) {
                text.append(letters.charAt(at));
            }
        }
        return text.toString();
    }

    @Test
    void textIsBrokenBetweenWordsAndWithinThemWhereItMust() {
        assertThat(Cells.wrap("one two three", 7)).containsExactly("one two", "three");
        assertThat(Cells.wrap("abcdefghij kl", 4)).containsExactly("abcd", "efgh", "ij", "kl");
        assertThat(Cells.wrap("\u4e2d\u6587\u5b57", 4)).containsExactly("\u4e2d\u6587", "\u5b57");
        assertThat(Cells.tail("abcdef", 4)).isEqualTo("~def");
        assertThat(Cells.cut("abcdef", 4)).isEqualTo("abc~");
    }
}
