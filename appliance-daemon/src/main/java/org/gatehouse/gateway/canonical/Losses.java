package org.gatehouse.gateway.canonical;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a translation could not carry over and left out or changed, in words for the caller: it stands in the reply's
 * {@code x-gatehouse-warning} header. Confined to the call's thread.
 */
public final class Losses {
    private static final int MOST = 16;

    private final Set<String> told = new LinkedHashSet<>();

    /**
     * Notes one.
     *
     * @param what printable ASCII without commas, such as {@code logit_bias dropped: not known to this provider}
     */
    public void say(String what) {
        if (told.size() < MOST) {
            told.add(what);
        }
    }

    /** Notes fields that have no place at the target. */
    public void dropped(Collection<String> fields) {
        for (String field : fields) {
            String shown = field.length() > 64 ? field.substring(0, 64) : field;
            say(shown.replaceAll("[^!-+\\--~]", "?") + " dropped");
        }
    }

    /** What was noted, in its order. */
    public Set<String> told() {
        return Collections.unmodifiableSet(told);
    }
}
