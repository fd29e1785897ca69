package org.gatehouse.setup.wizard.terminal;

/** A key that somebody pressed. */
public record Key(Kind kind, int codePoint) {

    /** Which one. */
    public enum Kind {
        /** A letter, digit or sign; {@link Key#codePoint} says which. */
        LETTER, UP, DOWN, LEFT, RIGHT, HOME, END, PAGE_UP, PAGE_DOWN, ENTER, TAB, BACK_TAB, BACKSPACE, DELETE,
        /** The way out of anything; Ctrl-C is the same. */
        ESCAPE,
        /** Ctrl-U: empties a line. */
        CLEAR,
        /** Ctrl-L: draws everything anew, for lines on which something got lost. */
        REDRAW,
        /** None came in time. */
        NONE,
        /** None will ever come: the line is cut. */
        GONE
    }

    /** One that is no letter. */
    public static Key of(Kind kind) {
        return new Key(kind, 0);
    }

    /** A letter. */
    public static Key letter(int codePoint) {
        return new Key(Kind.LETTER, codePoint);
    }

    /** 1 to 9; 0 for any other key. */
    public int digit() {
        return kind == Kind.LETTER && codePoint >= '1' && codePoint <= '9' ? codePoint - '0' : 0;
    }
}
