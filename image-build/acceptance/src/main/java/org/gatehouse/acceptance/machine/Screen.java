package org.gatehouse.acceptance.machine;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a terminal at the serial line shows: 24 rows of 80 columns. Takes what firmware, kernel and programs write, and passes over what it does
 * not know, since it looks at machines and judges no program. Not thread-safe.
 */
final class Screen {
    static final int ROWS = 24;
    static final int COLUMNS = 80;
    private static final char ESC = 27;
    private static final char BELL = 7;

    private final char[][] cells = new char[ROWS][COLUMNS];
    private final StringBuilder sequence = new StringBuilder();
    private Mode mode = Mode.TEXT;
    private int row;
    private int column;
    private int savedRow;
    private int savedColumn;

    private enum Mode {
        TEXT, ESCAPE, CONTROL, STRING
    }

    Screen() {
        clear(0, ROWS);
    }

    List<String> lines() {
        return Stream.of(cells).map(line -> new String(line).stripTrailing()).toList();
    }

    /** One character of output. */
    void take(char letter) {
        switch (mode) {
            case TEXT -> text(letter);
            case ESCAPE -> escape(letter);
            case CONTROL -> {
                sequence.append(letter);
                if (letter >= '@' && letter <= '~') {
                    mode = Mode.TEXT;
                    control(sequence.substring(0, sequence.length() - 1), letter);
                }
            }
            // A title or the like: until BEL or ESC \.
            case STRING -> {
                if (letter == BELL || letter == ESC) {
                    mode = letter == ESC ? Mode.ESCAPE : Mode.TEXT;
                }
            }
        }
    }

    private void text(char letter) {
        switch (letter) {
            case ESC -> mode = Mode.ESCAPE;
            case '\r' -> column = 0;
            case '\n' -> down();
            case '\b' -> column = Math.max(0, column - 1);
            case '\t' -> column = Math.min(COLUMNS - 1, (column / 8 + 1) * 8);
            default -> {
                if (letter >= ' ' && letter != 127) {
                    if (column >= COLUMNS) {
                        column = 0;
                        down();
                    }
                    cells[row][column++] = letter;
                }
            }
        }
    }

    private void escape(char letter) {
        mode = Mode.TEXT;
        switch (letter) {
            case '[' -> {
                sequence.setLength(0);
                mode = Mode.CONTROL;
            }
            case ']', 'P', '^', '_' -> mode = Mode.STRING;
            case '7' -> save();
            case '8' -> restore();
            case 'c' -> {
                clear(0, ROWS);
                row = 0;
                column = 0;
            }
            case 'M' -> row = Math.max(0, row - 1);
            default -> {
            }
        }
    }

    private void control(String parameters, char end) {
        int first = number(parameters, 0, 0);
        int steps = Math.max(1, first);
        switch (end) {
            case 'H', 'f' -> {
                row = Math.clamp(number(parameters, 0, 1) - 1L, 0, ROWS - 1);
                column = Math.clamp(number(parameters, 1, 1) - 1L, 0, COLUMNS - 1);
            }
            case 'A' -> row = Math.max(0, row - steps);
            case 'B' -> row = Math.min(ROWS - 1, row + steps);
            case 'C' -> column = Math.min(COLUMNS - 1, column + steps);
            case 'D' -> column = Math.max(0, column - steps);
            case 'G' -> column = Math.clamp(steps - 1L, 0, COLUMNS - 1);
            case 'd' -> row = Math.clamp(steps - 1L, 0, ROWS - 1);
            case 'K' -> Arrays.fill(cells[row], first == 0 ? Math.min(column, COLUMNS) : 0,
                    first == 1 ? Math.min(column + 1, COLUMNS) : COLUMNS, ' ');
            case 'J' -> {
                if (first == 0) {
                    Arrays.fill(cells[row], Math.min(column, COLUMNS), COLUMNS, ' ');
                }
                clear(first == 0 ? row + 1 : 0, first == 1 ? row : ROWS);
            }
            case 's' -> save();
            case 'u' -> restore();
            default -> {
            }
        }
    }

    private static int number(String parameters, int index, int usual) {
        String[] all = parameters.split(";", -1);
        return index < all.length && all[index].matches("[0-9]{1,4}") ? Integer.parseInt(all[index]) : usual;
    }

    private void save() {
        savedRow = row;
        savedColumn = column;
    }

    private void restore() {
        row = savedRow;
        column = savedColumn;
    }

    private void down() {
        if (row < ROWS - 1) {
            row++;
            return;
        }
        char[] first = cells[0];
        System.arraycopy(cells, 1, cells, 0, ROWS - 1);
        Arrays.fill(first, ' ');
        cells[ROWS - 1] = first;
    }

    private void clear(int from, int to) {
        for (int i = from; i < to; i++) {
            Arrays.fill(cells[i], ' ');
        }
    }
}
