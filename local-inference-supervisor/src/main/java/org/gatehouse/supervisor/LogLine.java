package org.gatehouse.supervisor;

import java.time.Instant;

/**
 * One line of an engine's output.
 *
 * @param at when the supervisor read it
 * @param generation which of the instance's processes wrote it
 * @param text without line end and terminal colours, at most 8192 characters
 */
public record LogLine(Instant at, long generation, String text) {}
