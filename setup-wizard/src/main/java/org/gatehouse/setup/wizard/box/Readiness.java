package org.gatehouse.setup.wizard.box;

import java.net.http.HttpResponse;
import java.util.List;

/**
 * Whether a box can carry calls.
 *
 * @param isReady whether it can
 * @param notes   why not, and what is wrong although it can; a line each
 */
public record Readiness(boolean isReady, List<String> notes) {
    /** Copies the notes. */
    public Readiness {
        notes = List.copyOf(notes);
    }

    static Readiness of(HttpResponse<String> page) {
        boolean ready = page.statusCode() == 200;
        return new Readiness(ready, page.body().lines().map(String::strip)
                .filter(line -> !line.isEmpty() && !(ready && line.equals("ready"))).toList());
    }
}
