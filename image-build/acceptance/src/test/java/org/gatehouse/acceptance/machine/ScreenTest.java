package org.gatehouse.acceptance.machine;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class ScreenTest {
    private final Screen screen = new Screen();

    private void write(String text) {
        text.chars().forEach(letter -> screen.take((char) letter));
    }

    @Test
    void textStandsWhereTheCursorWasSent() {
        write("\u001b[2J\u001b[3;5HClaim code\u001b[4;1Hbelow\r\nnext");
        assertThat(screen.lines().get(2)).isEqualTo("    Claim code");
        assertThat(screen.lines().subList(3, 5)).containsExactly("below", "next");
    }

    @Test
    void whatIsClearedIsGoneAndColoursLeaveNothing() {
        write("first line\r\nsecond line\r\n\u001b[1;6H\u001b[K\u001b[2;1H\u001b[0;1;31mred\u001b[0m\u001b[J");
        assertThat(screen.lines().get(0)).isEqualTo("first");
        assertThat(screen.lines().get(1)).isEqualTo("red");
    }

    @Test
    void longLinesGoOnBelowAndTheScreenMovesUp() {
        write("x".repeat(85));
        assertThat(screen.lines().get(1)).isEqualTo("xxxxx");
        write("\r\n".repeat(23) + "last");
        assertThat(screen.lines().getLast()).isEqualTo("last");
        assertThat(screen.lines().get(0)).isEqualTo("xxxxx");
    }

    @Test
    void titlesAndUnknownSequencesAreNoText() {
        write("\u001b]0;a title\u0007\u001b[?7h\u001b[=3hseen\u001b[!p");
        assertThat(screen.lines().get(0)).isEqualTo("seen");
    }
}
