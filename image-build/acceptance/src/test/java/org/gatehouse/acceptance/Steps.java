package org.gatehouse.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The steps of a round, each with its outcome, its time and what was found: a row of the table that a run leaves. A step that fails ends its
 * round, and is a row like the others. One thread.
 */
final class Steps {
    private final String round;
    private final ResultTable table;
    private final List<String> notes = new ArrayList<>();

    private Steps(String round, ResultTable table) {
        this.round = round;
        this.table = table;
    }

    /** Gives each round its own; {@code @ExtendWith} this. */
    static final class Given implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Steps.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return new Steps(context.getRequiredTestClass().getSimpleName().replaceFirst("Round$", ""),
                    ResultTable.ofThisRun());
        }
    }

    /** What a step does. */
    @FunctionalInterface
    interface Body {
        /** Does it; throws where it is not as it must be. */
        void run() throws Exception;
    }

    /** Takes a step. */
    void run(String name, Body body) {
        System.out.println(round + ": " + name + " ...");
        notes.clear();
        long begun = System.nanoTime();
        try {
            body.run();
            row(name, "passed", begun, String.join("; ", notes));
        } catch (Exception | AssertionError e) {
            // The first line says it; all of it is in the test's report.
            notes.add(String.valueOf(e.getMessage()).lines().filter(line -> !line.isBlank()).findFirst()
                    .orElse(e.toString()));
            row(name, "FAILED", begun, String.join("; ", notes));
            switch (e) {
                case RuntimeException unchecked -> throw unchecked;
                case Error error -> throw error;
                case IOException io -> throw new UncheckedIOException(io);
                default -> throw new IllegalStateException(e);
            }
        }
    }

    /** Something that was found in this step, for the table. */
    void note(String found) {
        notes.add(found);
    }

    /** A time that was measured in this step, for the table. */
    void measured(String what, Duration time) {
        note(what + " " + time.toSeconds() + " s");
    }

    private void row(String name, String outcome, long begun, String found) {
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        System.out.println(round + ": " + name + ": " + outcome + " after " + took.toSeconds() + " s"
                + (found.isEmpty() ? "" : " (" + found + ")"));
        table.put(new ResultTable.Row(round, name, outcome, took.toSeconds(), found, Lab.here().version()));
    }
}
