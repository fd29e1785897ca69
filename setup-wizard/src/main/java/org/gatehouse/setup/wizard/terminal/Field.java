package org.gatehouse.setup.wizard.terminal;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.setup.wizard.question.Question;

/** One question of a form with what somebody entered so far. One thread. */
sealed interface Field {
    Question question();

    /** What is wrong with the entry; null where nothing is. */
    @Nullable
    String complaint();

    /** Says what is wrong with the entry. */
    void complain(@Nullable String message);

    /** An entry, in words; what is secret is only counted. */
    String shown();

    /** Whether nothing was entered. */
    boolean isEmpty();

    /** A line of text: texts, secrets, lists with commas, paths of files. */
    final class Line implements Field {
        private static final int LONGEST = 20_000;
        private final Question question;
        private final boolean secret;
        private final StringBuilder text = new StringBuilder();
        private int cursor;
        private @Nullable String complaint;

        Line(Question question, boolean secret, String begin) {
            this.question = question;
            this.secret = secret;
            set(begin);
        }

        @Override
        public Question question() {
            return question;
        }

        String text() {
            return text.toString();
        }

        private boolean isContent() {
            return text.indexOf("\n") >= 0;
        }

        /** Replaces everything. */
        void set(String fresh) {
            text.setLength(0);
            text.append(fresh, 0, Math.min(fresh.length(), LONGEST));
            cursor = text.length();
        }

        /** Lets a key change it; false where the key is not for a line. */
        boolean take(Key key) {
            if (isContent() && (key.kind() == Key.Kind.LETTER || key.kind() == Key.Kind.BACKSPACE)) {
                set("");
            }
            switch (key.kind()) {
                case LETTER -> {
                    if (text.length() < LONGEST) {
                        text.insert(cursor, Character.toString(key.codePoint()));
                        cursor += Character.charCount(key.codePoint());
                    }
                }
                case BACKSPACE -> {
                    if (cursor > 0) {
                        int from = text.offsetByCodePoints(cursor, -1);
                        text.delete(from, cursor);
                        cursor = from;
                    }
                }
                case DELETE -> {
                    if (cursor < text.length()) {
                        text.delete(cursor, text.offsetByCodePoints(cursor, 1));
                    }
                }
                case LEFT -> cursor = cursor > 0 ? text.offsetByCodePoints(cursor, -1) : 0;
                case RIGHT -> cursor = cursor < text.length() ? text.offsetByCodePoints(cursor, 1) : cursor;
                case HOME -> cursor = 0;
                case END -> cursor = text.length();
                case CLEAR -> set("");
                case UP, DOWN, PAGE_UP, PAGE_DOWN, ENTER, TAB, BACK_TAB, ESCAPE, REDRAW, NONE, GONE -> {
                    return false;
                }
            }
            complaint = null;
            return true;
        }

        @Override
        public String shown() {
            return secret
                    ? "*".repeat(text.codePointCount(0, text.length()))
                    : isContent() ? "(as given before)" : text.toString();
        }

        /** What stands before the cursor, as it is shown. */
        String shownBeforeCursor() {
            return isContent() && !secret
                    ? shown()
                    : secret ? "*".repeat(text.codePointCount(0, cursor)) : text.substring(0, cursor);
        }

        @Override
        public boolean isEmpty() {
            return text.toString().isBlank();
        }

        @Override
        public @Nullable String complaint() {
            return complaint;
        }

        @Override
        public void complain(@Nullable String message) {
            complaint = message;
        }
    }

    /** One of a few, yes and no among them. */
    final class Pick implements Field {
        private final Question question;
        private final List<Question.Option> options;
        private int at;
        private @Nullable String complaint;

        Pick(Question question, List<Question.Option> options, String begin) {
            this.question = question;
            this.options = List.copyOf(options);
            for (int i = 0; i < options.size(); i++) {
                if (options.get(i).value().equals(begin)) {
                    at = i;
                }
            }
        }

        @Override
        public Question question() {
            return question;
        }

        String value() {
            return options.get(at).value();
        }

        List<Question.Option> options() {
            return options;
        }

        int at() {
            return at;
        }

        /** Left, right, space and numbers choose; false for any other key. */
        boolean take(Key key) {
            boolean next = key.kind() == Key.Kind.RIGHT || key.kind() == Key.Kind.LETTER && key.codePoint() == ' ';
            if (next) {
                at = (at + 1) % options.size();
            } else if (key.kind() == Key.Kind.LEFT) {
                at = (at + options.size() - 1) % options.size();
            } else if (key.digit() > 0 && key.digit() <= options.size()) {
                at = key.digit() - 1;
            } else {
                return false;
            }
            complaint = null;
            return true;
        }

        @Override
        public String shown() {
            return options.get(at).meaning();
        }

        @Override
        public boolean isEmpty() {
            return true;
        }

        @Override
        public @Nullable String complaint() {
            return complaint;
        }

        @Override
        public void complain(@Nullable String message) {
            complaint = message;
        }
    }

    /** Several things of a kind, each with a form of its own. */
    final class Things implements Field {
        private final Question.Several question;
        private final List<Form> things = new ArrayList<>();
        private @Nullable String complaint;

        Things(Question.Several question) {
            this.question = question;
        }

        @Override
        public Question.Several question() {
            return question;
        }

        /** The forms; may be changed. */
        List<Form> things() {
            return things;
        }

        @Override
        public String shown() {
            return things.isEmpty()
                    ? "none yet"
                    : things.size() + ": " + String.join(", ", things.stream().map(Form::name).toList());
        }

        @Override
        public boolean isEmpty() {
            return things.isEmpty();
        }

        @Override
        public @Nullable String complaint() {
            return complaint;
        }

        @Override
        public void complain(@Nullable String message) {
            complaint = message;
        }
    }
}
