package org.gatehouse.store;

import java.time.Instant;

/**
 * That the embedded database was rebuilt from its local copies, because its file was damaged. Immutable.
 *
 * @param at when
 * @param reason what was found
 * @param movedTo where the damaged file lies
 * @param settingsFrom when the copy of what people set was made
 * @param sumsFrom when the copy of what is counted was made
 */
public record Rebuilt(Instant at, String reason, String movedTo, Instant settingsFrom, Instant sumsFrom) {}
