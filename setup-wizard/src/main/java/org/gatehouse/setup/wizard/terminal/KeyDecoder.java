package org.gatehouse.setup.wizard.terminal;

import java.io.IOException;

/** Turns what a terminal sends into keys: VT100 and its descendants. One thread. */
final class KeyDecoder {
    /** How long the rest of a sequence may take: at 9600 bauds a character takes 1 ms, over a management controller's network much longer. */
    private static final long SEQUENCE_MILLIS = 150;
    private static final int ESC = 27;
    private static final int LONGEST_SEQUENCE = 8;

    private final Source source;

    /** Where characters come from. */
    interface Source {
        int GONE = -1;
        int NONE = -2;

        /** The next character; {@link #NONE} when none came in time, {@link #GONE} when none will. */
        int read(long millis) throws IOException;
    }

    KeyDecoder(Source source) {
        this.source = source;
    }

    /** The next key; waits so long at most. */
    Key next(long millis) {
        try {
            int letter = source.read(millis);
            return switch (letter) {
                case Source.GONE -> Key.of(Key.Kind.GONE);
                case Source.NONE -> Key.of(Key.Kind.NONE);
                case ESC -> sequence();
                case '\r', '\n' -> Key.of(Key.Kind.ENTER);
                case '\t' -> Key.of(Key.Kind.TAB);
                case 8, 127 -> Key.of(Key.Kind.BACKSPACE);
                case 3 -> Key.of(Key.Kind.ESCAPE);
                case 4 -> Key.of(Key.Kind.GONE);
                case 12 -> Key.of(Key.Kind.REDRAW);
                case 21 -> Key.of(Key.Kind.CLEAR);
                default -> letter < ' ' ? Key.of(Key.Kind.NONE) : letter(letter);
            };
        } catch (IOException _) {
            // A cut line and a closed terminal are the same to whoever waits for keys.
            return Key.of(Key.Kind.GONE);
        }
    }

    private Key letter(int letter) throws IOException {
        if (!Character.isHighSurrogate((char) letter)) {
            return Key.letter(letter);
        }
        int low = source.read(SEQUENCE_MILLIS);
        return low > 0 && Character.isLowSurrogate((char) low)
                ? Key.letter(Character.toCodePoint((char) letter, (char) low))
                : Key.of(Key.Kind.NONE);
    }

    private Key sequence() throws IOException {
        int next = source.read(SEQUENCE_MILLIS);
        if (next != '[' && next != 'O') {
            return Key.of(Key.Kind.ESCAPE);
        }
        StringBuilder parameters = new StringBuilder();
        for (int i = 0; i < LONGEST_SEQUENCE; i++) {
            int letter = source.read(SEQUENCE_MILLIS);
            if (letter < 0) {
                return Key.of(Key.Kind.ESCAPE);
            }
            if (letter >= '@') {
                return Key.of(kind(letter, parameters.toString()));
            }
            parameters.append((char) letter);
        }
        return Key.of(Key.Kind.NONE);
    }

    private static Key.Kind kind(int end, String parameters) {
        return switch (end) {
            case 'A' -> Key.Kind.UP;
            case 'B' -> Key.Kind.DOWN;
            case 'C' -> Key.Kind.RIGHT;
            case 'D' -> Key.Kind.LEFT;
            case 'H' -> Key.Kind.HOME;
            case 'F' -> Key.Kind.END;
            case 'Z' -> Key.Kind.BACK_TAB;
            case 'M' -> Key.Kind.ENTER;
            case '~' -> switch (parameters) {
                case "1", "7" -> Key.Kind.HOME;
                case "4", "8" -> Key.Kind.END;
                case "3" -> Key.Kind.DELETE;
                case "5" -> Key.Kind.PAGE_UP;
                case "6" -> Key.Kind.PAGE_DOWN;
                default -> Key.Kind.NONE;
            };
            default -> Key.Kind.NONE;
        };
    }
}
