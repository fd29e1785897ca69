package org.gatehouse.setup.wizard.question;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One thing that a step asks, whoever asks it: a form on a terminal, a line of an answers file. Its field is the name in the step's answer.
 * Immutable.
 */
public sealed interface Question {
    /** The member of the answer that it fills. */
    String field();

    /** What stands before the entry: a few words. */
    String label();

    /** One sentence on what is wanted. */
    String help();

    /** Whether a step without it is wrong. */
    boolean needed();

    /** When it is asked at all; always where null. */
    @Nullable
    When when();

    /** Asked only when another question of the same group was answered with one of these. */
    record When(String field, List<String> values) {
        /** Copies the values. */
        public When {
            values = List.copyOf(values);
        }
    }

    /** A text. */
    record Text(String field, String label, String help, boolean needed, @Nullable When when, Shape shape,
            String example, @Nullable String usual) implements Question {}

    /** A text that is never shown. */
    record Secret(String field, String label, String help, boolean needed, @Nullable When when, Shape shape,
            String example) implements Question {}

    /** One of a few. */
    record Choice(String field, String label, String help, boolean needed, @Nullable When when,
            List<Option> options, @Nullable String usual) implements Question {
        /** Copies the options. */
        public Choice {
            options = List.copyOf(options);
        }
    }

    /** A value that may be chosen, with what it means in two or three words. */
    record Option(String value, String meaning) {}

    /** Yes or no. */
    record YesNo(String field, String label, String help, boolean needed, @Nullable When when,
            boolean usual) implements Question {}

    /** Several texts; on a terminal one line with commas. */
    record TextList(String field, String label, String help, boolean needed, @Nullable When when,
            String example) implements Question {}

    /** Questions about one thing, which make an object of their own; left out altogether where nothing in it is answered and it is not needed. */
    record Group(String field, String label, String help, boolean needed, @Nullable When when,
            List<Question> questions) implements Question {
        /** Copies the questions. */
        public Group {
            questions = List.copyOf(questions);
        }
    }

    /** Several things of a kind, each with the same questions. The first question names a thing. */
    record Several(String field, String label, String help, boolean needed, @Nullable When when,
            List<Question> each) implements Question {
        /** Copies the questions. */
        public Several {
            each = List.copyOf(each);
        }
    }

    /**
     * What only an answers file may say: any value, handed on as it is.
     *
     * @param example in YAML; empty for none
     */
    record Anything(String field, String label, String help, boolean needed, String example) implements Question {
        @Override
        public @Nullable When when() {
            return null;
        }
    }
}
