package org.gatehouse.alerts;

import java.util.Objects;

/**
 * Something that a source saw at one moment. Whether it is wrong is a rule's business. Immutable.
 *
 * @param subject what it is about, as machines know it: the same thing has the same subject each time
 * @param about the same as people know it
 * @param value what a rule's threshold is held against: a percentage or days; of no meaning for kinds without threshold
 * @param message what is wrong, with which thing, what to do
 */
public record Finding(String subject, String about, double value, String message) {
    private static final int LONGEST_NAME = 300;
    private static final int LONGEST_MESSAGE = 2000;

    /** Cuts what is longer than the store takes. */
    public Finding {
        Objects.requireNonNull(subject, "subject");
        subject = cut(subject, LONGEST_NAME);
        about = cut(about, LONGEST_NAME);
        message = cut(message, LONGEST_MESSAGE);
    }

    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
    }
}
