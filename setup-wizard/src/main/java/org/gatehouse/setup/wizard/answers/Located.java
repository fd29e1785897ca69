package org.gatehouse.setup.wizard.answers;

import java.util.List;
import java.util.Map;

/** A value of an answers file with the line where it stands, counted from 1. */
sealed interface Located {
    int line();

    /** What it is, for messages. */
    String kind();

    /** A text, number, truth value, or nothing. */
    record Scalar(int line, String text, Type type) implements Located {
        @Override
        public String kind() {
            return switch (type) {
                case TEXT -> "text";
                case NUMBER -> "a number";
                case TRUTH -> "true or false";
                case NOTHING -> "nothing";
            };
        }
    }

    /** What a scalar was written as. */
    enum Type {
        TEXT, NUMBER, TRUTH, NOTHING
    }

    /** A list. */
    record Sequence(int line, List<Located> items) implements Located {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /** Named values, in their order. */
    record Mapping(int line, Map<String, Located> members) implements Located {
        @Override
        public String kind() {
            return "named values";
        }
    }
}
