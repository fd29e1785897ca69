package org.gatehouse.setup.wizard.question;

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/** Whether a text has the shape that a question wants; the rest the box judges. */
public final class ShapeCheck {
    private static final Pattern WHOLE = Pattern.compile("\\d{1,15}");
    private static final Pattern MONEY = Pattern.compile("\\d{1,15}(\\.\\d{1,9})?");

    private ShapeCheck() {}

    /** What is wrong and what to do; null where nothing is. */
    public static @Nullable String complaint(Shape shape, String text) {
        return switch (shape) {
            case LINE -> text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0 ? "it takes one line of text." : null;
            case WHOLE -> WHOLE.matcher(text.strip()).matches() ? null : "it takes a whole number, such as 3.";
            case MONEY -> MONEY.matcher(text.strip()).matches() ? null : "it takes an amount, such as 12.50.";
            case FILE -> null;
        };
    }
}
