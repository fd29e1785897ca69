package org.gatehouse.setup.wizard.terminal;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What terminals send, as keys. */
final class KeyDecoderTest {

    @Test
    void sequencesOfVt100AndItsDescendantsAreKeys() {
        assertThat(kinds("\u001b[A\u001bOB\u001b[C\u001bOD\u001b[5~\u001b[6~\u001b[1~\u001bOF\u001b[3~\u001b[Z"))
                .containsExactly(Key.Kind.UP, Key.Kind.DOWN, Key.Kind.RIGHT, Key.Kind.LEFT, Key.Kind.PAGE_UP,
                        Key.Kind.PAGE_DOWN, Key.Kind.HOME, Key.Kind.END, Key.Kind.DELETE, Key.Kind.BACK_TAB);
        assertThat(kinds("\r\n\t\u007f\b\u0003\u0015\f")).containsExactly(Key.Kind.ENTER, Key.Kind.ENTER, Key.Kind.TAB,
                Key.Kind.BACKSPACE, Key.Kind.BACKSPACE, Key.Kind.ESCAPE, Key.Kind.CLEAR, Key.Kind.REDRAW);
    }

    @Test
    void lettersBeyondTheFirstPlaneAreOneKeyAndRubbishIsNone() {
        KeyDecoder decoder = decoder("a\u00fc\ud83d\ude00\u001b[99999999999A\u001b[24~");
        assertThat(decoder.next(1)).isEqualTo(Key.letter('a'));
        assertThat(decoder.next(1)).isEqualTo(Key.letter(0xfc));
        assertThat(decoder.next(1)).isEqualTo(Key.letter(0x1f600));
        assertThat(decoder.next(1).kind()).isEqualTo(Key.Kind.NONE);
    }

    @Test
    void escapeAloneIsTheWayOutAndTheEndIsTheEnd() {
        KeyDecoder decoder = decoder("\u001b");
        assertThat(decoder.next(1).kind()).isEqualTo(Key.Kind.ESCAPE);
        assertThat(decoder.next(1).kind()).isEqualTo(Key.Kind.NONE);
        assertThat(new KeyDecoder(_ -> KeyDecoder.Source.GONE).next(1).kind()).isEqualTo(Key.Kind.GONE);
    }

    private static List<Key.Kind> kinds(String sent) {
        KeyDecoder decoder = decoder(sent);
        List<Key.Kind> kinds = new ArrayList<>();
        for (Key key = decoder.next(1); key.kind() != Key.Kind.NONE; key = decoder.next(1)) {
            kinds.add(key.kind());
        }
        return kinds;
    }

    private static KeyDecoder decoder(String sent) {
        int[] at = {0};
        return new KeyDecoder(_ -> at[0] < sent.length() ? sent.charAt(at[0]++) : KeyDecoder.Source.NONE);
    }
}
