package org.gatehouse.admin;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Reach;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;

/**
 * One request to an operation, checked as far as the operation's description goes. Immutable.
 *
 * @param reach whose things the caller may do this for
 * @param path the segments that vary, by name
 * @param query the query parameters that were given, by name, of the types that their parameters say
 * @param body what was sent; {@code null} when nothing was
 * @param version from {@code If-Match}; {@code null} for any
 * @param idempotencyKey from {@code Idempotency-Key}; {@code null} for none
 */
record Call(Identity identity, Arrival arrival, Reach reach, Map<String, String> path, Map<String, Object> query,
        @Nullable JsonNode body,
        @Nullable Long version, @Nullable String idempotencyKey) {

    /** Ends the call with a problem. Thrown by handlers where a value would have to be passed through many hands. */
    static final class Ended extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Problem problem;

        Ended(Problem problem) {
            super(problem.detail(), null, false, false);
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }

    Actor actor() {
        return identity.actor();
    }

    /** The id in the path. A segment that is no UUID can't name anything. */
    UUID id() {
        String text = Objects.requireNonNull(path.get("id"));
        try {
            if (text.length() == 36) {
                return UUID.fromString(text);
            }
        } catch (IllegalArgumentException _) {
            // falls through to the same answer
        }
        throw new Ended(Problem.invalid("id", "must be a UUID"));
    }

    <T> Optional<T> query(String name, Class<T> type) {
        return Optional.ofNullable(query.get(name)).map(type::cast);
    }

    boolean flag(String name) {
        return query(name, Boolean.class).orElse(false);
    }

    /** What was sent. Only for operations that want a body. */
    JsonNode sent() {
        return Objects.requireNonNull(body);
    }

    /** What was sent, as a form. */
    <T extends Record> T form(Class<T> type) {
        return switch (Json.read(sent(), type)) {
            case Reading.Whole<T>(T value) -> value;
            case Reading.Broken<T>(var errors) -> throw new Ended(Problem.invalid(errors));
        };
    }
}
