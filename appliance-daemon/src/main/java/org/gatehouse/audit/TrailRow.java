package org.gatehouse.audit;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * A row as verification meets it, in a database or in an export.
 *
 * @param columnDifference the name of a filter column that does not say what the JSON says; {@code null} when all agree
 *        or there are none
 */
record TrailRow(UUID node, long sequence, byte[] previous, byte[] hash, String json,
        @Nullable String columnDifference) {}
