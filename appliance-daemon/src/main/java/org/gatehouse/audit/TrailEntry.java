package org.gatehouse.audit;

import java.util.UUID;

/**
 * A row of the trail, as it was found. Immutable.
 *
 * @param node whose trail
 * @param sequence its number there
 * @param item the record
 * @param json its canonical JSON, as hashed
 * @param hash its hash, 64 hex digits
 */
public record TrailEntry(UUID node, long sequence, TrailRecord item, String json, String hash) {}
