package org.gatehouse.governance;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.governance.form.Json;

/**
 * Who wants a change. Immutable.
 *
 * @param type what kind of actor it is
 * @param name shown in the trail: a user's name, the name of an admin token, or the part of the box that acts
 * @param address the IP address it came from; empty for the box itself
 * @param requestId the request it came with; empty for the box itself
 */
public record Actor(Type type, String name, String address, String requestId) {

    /** The kinds of actors. */
    public enum Type {
        /** The holder of an admin token. */
        TOKEN,
        /** A person with a session. */
        USER,
        /** The box itself: first start, demo, repair. */
        SYSTEM
    }

    /** Checks that nothing is missing. */
    public Actor {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(requestId, "requestId");
    }

    /** The box itself, with a word on which part of it. */
    public static Actor system(String part) {
        return new Actor(Type.SYSTEM, part, "", "");
    }

    /** What the trail calls them. */
    public String title() {
        return switch (type) {
            case TOKEN -> "token:" + name;
            case USER -> name;
            case SYSTEM -> "system:" + name;
        };
    }

    /**
     * What they did, for the trail.
     *
     * @param verb what was done: {@code create}, {@code rotate}, …
     * @param noun to which kind of thing: {@code keys}, …
     * @param thing that thing's id, or another word for it
     * @param before how it was, secrets left out; {@code null} when it was not there
     * @param after how it is, secrets left out; {@code null} when it is gone
     */
    public AdminRecord did(UUID id, Instant at, String verb, String noun, String thing, @Nullable JsonNode before,
            @Nullable JsonNode after) {
        return new AdminRecord(id, at, title(), address.isEmpty() ? null : address, verb, noun, thing,
                before == null ? null : Json.text(before), after == null ? null : Json.text(after), requestId);
    }
}
