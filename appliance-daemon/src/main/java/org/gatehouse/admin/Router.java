package org.gatehouse.admin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Finds the operation for a method and a path. There are about eighty, so it looks at each: a request of an admin costs
 * microseconds here. Immutable.
 */
final class Router {

    /** What was found. */
    sealed interface Match {

        /** An operation, with the segments that vary. */
        record Found(Operation operation, Map<String, String> path) implements Match {}

        /** The path is known, with other methods. */
        record OtherMethods(String allowed) implements Match {}

        /** Nothing lives there. */
        record Nowhere() implements Match {}
    }

    private final List<Operation> operations;

    Router(List<Operation> operations) {
        this.operations = List.copyOf(operations);
    }

    Match find(String method, String path) {
        List<String> segments = List.of(path.substring(Math.min(1, path.length())).split("/", -1));
        TreeSet<String> allowed = new TreeSet<>();
        List<Match.Found> found = new ArrayList<>();
        for (Operation operation : operations) {
            Map<String, String> variables = new HashMap<>();
            if (!matches(operation.segments(), segments, variables)) {
                continue;
            }
            allowed.add(operation.method());
            if (operation.method().equals(method)) {
                found.add(new Match.Found(operation, variables));
            }
        }
        if (!found.isEmpty()) {
            // A fixed path wins over one that varies: /audit/verify over /audit/{id}.
            return found.stream().min(java.util.Comparator.comparingInt(match -> match.path().size())).orElseThrow();
        }
        return allowed.isEmpty() ? new Match.Nowhere() : new Match.OtherMethods(String.join(", ", allowed));
    }

    private static boolean matches(List<String> template, List<String> segments, Map<String, String> variables) {
        if (template.size() != segments.size()) {
            return false;
        }
        for (int i = 0; i < template.size(); i++) {
            String wanted = template.get(i);
            String given = segments.get(i);
            if (wanted.startsWith("{")) {
                if (given.isEmpty()) {
                    return false;
                }
                variables.put(wanted.substring(1, wanted.length() - 1), given);
            } else if (!wanted.equals(given)) {
                return false;
            }
        }
        return true;
    }
}
