package org.gatehouse.simulated.terminal;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The screen that tests look at. */
final class Vt100Test {
    private final Vt100 screen = new Vt100(3, 10);

    @Test
    void textStandsWhereTheCursorWasAndClearingClears() {
        write("\u001b[m\u001b[H\u001b[2Jone\r\ntwo\u001b[1;5H\u001b[7mX\u001b[m\u001b[2;2H\u001b[K");
        assertThat(screen.lines()).containsExactly("one X", "t", "");
        assertThat(screen.fault()).isEmpty();
    }

    @Test
    void whateverAScreenCannotShowIsAFault() {
        write("12345678901");
        assertThat(screen.fault()).contains("wider than 10");
        Vt100 other = new Vt100(3, 10);
        "\u001b[4;1H".chars().forEach(letter -> other.take((char) letter));
        assertThat(other.fault()).contains("outside");
        Vt100 third = new Vt100(3, 10);
        "\u001b[?25l".chars().forEach(letter -> third.take((char) letter));
        assertThat(third.fault()).contains("unknown");
    }

    private void write(String text) {
        text.chars().forEach(letter -> screen.take((char) letter));
    }
}
