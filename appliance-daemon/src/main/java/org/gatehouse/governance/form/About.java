package org.gatehouse.governance.form;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says what a member of a form is and what it may hold. A member whose type is {@code @Nullable} may be absent or
 * {@code null}; one with a {@link #fallback()} may be absent; any other must be there.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface About {

    /** One sentence for the API description. */
    String value();

    /** JSON text of the value that stands in for an absent member; empty when there is none. */
    String fallback() default "";

    /** Least length of a string, value of a number or count of a list. */
    long min() default 0;

    /** Greatest length of a string (1,000 when not said), value of a number or count of a list (10,000 when not said). */
    long max() default Long.MAX_VALUE;

    /** Regular expression that a whole string must match; empty when any will do. */
    String pattern() default "";

    /** Whether a string may hold line breaks. */
    boolean multiline() default false;

    /** Whether a member is accepted but never given out. */
    boolean secret() default false;
}
