package org.gatehouse.setup.wizard.terminal;

/** A place to show screens and to read keys. One thread. */
public interface Console {
    /** How large a screen may be, at most 24 by 80. */
    Size size();

    /** Whether only ASCII may be shown. */
    boolean isPlain();

    /** Shows a screen in place of the one before. */
    void show(Screen screen);

    /** Has the next screen drawn as a whole, in place and without emptying it first: for who has only just come to look. */
    void refresh();

    /** The next key; waits so long at most. */
    Key key(long millis);

    /** Rows and columns. */
    record Size(int rows, int columns) {
        /** What a serial console has, and the most that is used. */
        static final Size USUAL = new Size(24, 80);
        private static final Size LEAST = new Size(16, 60);

        /** Whether forms can be drawn in it. */
        public boolean isEnough() {
            return rows >= LEAST.rows && columns >= LEAST.columns;
        }
    }
}
