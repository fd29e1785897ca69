package org.gatehouse.batch;

import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a file of rows. Immutable. A form: stored and shown as JSON.
 *
 * @param code for programs
 * @param message what is wrong and what to do, without anything of the row's content
 * @param param the member of the row that is wrong
 * @param line its line, counted from 1; {@code null} where the whole file is wrong
 */
public record LineProblem(String code, String message, @Nullable String param, @Nullable Integer line) {}
