package org.gatehouse.simulated.terminal;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The screen of a VT100: text at the cursor, moves of it, clearing. Whatever leaves the screen or is no sequence of a VT100 is counted as a
 * fault. Not thread-safe.
 */
final class Vt100 {
    private static final int ESC = 27;

    private final int rows;
    private final int columns;
    private final char[][] cells;
    private final StringBuilder sequence = new StringBuilder();
    private boolean isSequence;
    private int row;
    private int column;
    private String fault = "";

    Vt100(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        this.cells = new char[rows][columns];
        Stream.of(cells).forEach(line -> Arrays.fill(line, ' '));
    }

    /** The first thing that a VT100 could not have shown; empty for none. */
    String fault() {
        return fault;
    }

    List<String> lines() {
        return Stream.of(cells).map(line -> new String(line).stripTrailing()).toList();
    }

    /** One character of output. */
    void take(char letter) {
        if (isSequence) {
            sequence.append(letter);
            if (sequence.length() > 1 && letter >= '@') {
                isSequence = false;
                act(sequence.toString());
            } else if (sequence.length() == 1 && letter != '[') {
                isSequence = false;
                fault("an unknown sequence ESC " + letter);
            }
        } else {
            switch (letter) {
                case ESC -> {
                    sequence.setLength(0);
                    isSequence = true;
                }
                case '\r' -> column = 0;
                case '\n' -> {
                    if (row == rows - 1) {
                        scroll();
                    } else {
                        row++;
                    }
                }
                case 7 -> {
                }
                default -> put(letter);
            }
        }
    }

    private void put(char letter) {
        if (letter < ' ') {
            fault("a control character " + (int) letter);
        } else if (column >= columns) {
            fault("a line wider than " + columns + " in row " + row + ": " + new String(cells[row]));
        } else {
            cells[row][column++] = letter;
        }
    }

    /** Only the very end of a program may scroll: it leaves a line behind. */
    private void scroll() {
        for (int i = 1; i < rows; i++) {
            cells[i - 1] = cells[i];
        }
        cells[rows - 1] = new char[columns];
        Arrays.fill(cells[rows - 1], ' ');
    }

    private void act(String text) {
        char end = text.charAt(text.length() - 1);
        int[] numbers = text.matches("\\[[0-9;]*[A-Za-z]")
                ? Stream.of(text.substring(1, text.length() - 1).split(";"))
                        .mapToInt(number -> number.isEmpty() ? 0 : Integer.parseInt(number)).toArray()
                : new int[0];
        if (end == 'H') {
            row = Math.max(1, numbers.length > 0 ? numbers[0] : 1) - 1;
            column = Math.max(1, numbers.length > 1 ? numbers[1] : 1) - 1;
            if (row >= rows || column >= columns) {
                fault("a cursor outside: " + text);
                row = Math.min(row, rows - 1);
                column = Math.min(column, columns - 1);
            }
        } else if (end == 'K') {
            Arrays.fill(cells[row], Math.min(column, columns), columns, ' ');
        } else if (end == 'J' && numbers.length > 0 && numbers[0] == 2) {
            Stream.of(cells).forEach(line -> Arrays.fill(line, ' '));
        } else if (end != 'm' || numbers.length == 0) {
            fault("an unknown sequence ESC " + text);
        }
    }

    private void fault(String what) {
        if (fault.isEmpty()) {
            fault = what;
        }
    }
}
