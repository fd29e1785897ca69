package org.gatehouse.governance;

import java.time.Instant;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * One admin action as the trail keeps it. Immutable.
 *
 * @param id unique in the trail, so that an entry that is handed over twice is kept once
 * @param action what was done, such as {@code keys.rotate}
 * @param noun what kind of thing it was done to, such as {@code keys}
 * @param thing that thing's id; {@code null} where there is none
 * @param title what people call that thing
 * @param before how it was, secrets left out; {@code null} when it was not there
 * @param after how it is, secrets left out; {@code null} when it is gone
 */
public record AdminEntry(UUID id, Instant at, Actor actor, String action, String noun, @Nullable UUID thing,
        String title, @Nullable JsonNode before, @Nullable JsonNode after) {}
