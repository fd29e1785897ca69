package org.gatehouse.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command that does something: the options that all have, and what it does. Not thread-safe. */
final class Leaf implements Callable<Integer> {
    private final Connection connection;
    private final CommandSpec spec;
    private final Work work;

    /** What a command does; returns its exit status. */
    @FunctionalInterface
    interface Work {
        int run(Leaf command);
    }

    /**
     * Makes a command.
     *
     * @param example the whole command line that the help shows
     */
    Leaf(String name, String about, String example, Map<String, String> environment, Work work) {
        this.connection = new Connection(environment);
        this.work = work;
        this.spec = CommandSpec.wrapWithoutInspection(this).name(name);
        spec.mixinStandardHelpOptions(true);
        spec.addMixin("connection", CommandSpec.forAnnotatedObject(connection));
        spec.usageMessage().description(about).footer("", "Example:", "  gatehouse " + example).width(100);
    }

    Leaf argument(String label, String about, boolean required) {
        spec.addPositional(PositionalParamSpec.builder().index("0").paramLabel(label).description(about)
                .type(String.class).required(required).arity(required ? "1" : "0..1").build());
        return this;
    }

    Leaf option(String name, String label, String about, boolean required) {
        spec.addOption(OptionSpec.builder(name).paramLabel(label).description(about).type(String.class)
                .required(required).build());
        return this;
    }

    Leaf repeated(String name, String label, String about, boolean required) {
        spec.addOption(OptionSpec.builder(name).paramLabel(label).description(about).type(List.class)
                .auxiliaryTypes(String.class).arity("1").required(required).build());
        return this;
    }

    Leaf flag(String name, String about) {
        spec.addOption(OptionSpec.builder(name).description(about).type(boolean.class).arity("0").build());
        return this;
    }

    CommandLine commandLine() {
        return new CommandLine(spec);
    }

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try {
            return work.run(this);
        } catch (CommandFailed e) {
            err.println(oneLine(String.valueOf(e.getMessage())));
            return 1;
        } finally {
            spec.commandLine().getOut().flush();
            err.flush();
        }
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*[\\r\\n]+\\s*", " ");
    }

    Connection connection() {
        return connection;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** One line on standard error. */
    void complain(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(oneLine(line));
        err.flush();
    }

    /** Where progress goes, so that what is printed can be piped. */
    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    boolean json() {
        return connection.format() == Connection.Format.json;
    }

    /** The argument; empty when it was left out. */
    String argument() {
        String given = spec.commandLine().getParseResult().matchedPositionalValue(0, "");
        return Objects.requireNonNull(given);
    }

    /** The option's value; {@code null} when it was left out. */
    @Nullable
    String option(String name) {
        return spec.commandLine().getParseResult().matchedOptionValue(name, null);
    }

    /** What a repeatable option or a plain one was given. */
    List<String> values(String name) {
        Object given = spec.commandLine().getParseResult().matchedOptionValue(name, null);
        if (given == null) {
            return List.of();
        }
        return given instanceof List<?> list ? list.stream().map(String::valueOf).toList() : List.of(given.toString());
    }

    boolean has(String name) {
        return spec.commandLine().getParseResult().hasMatchedOption(name);
    }

    /** Prints one thing in the format that was asked for; 0, for a command to end with. */
    int print(JsonNode thing) {
        if (json()) {
            Output.json(out(), thing);
        } else {
            Output.members(out(), thing);
        }
        return 0;
    }

    /** Puts an option's text into a body, if it was given. */
    void text(ObjectNode body, String option, String field) {
        String given = option(option);
        if (given != null) {
            body.put(field, given);
        }
    }

    /** The same for a whole number that is not negative. */
    void number(ObjectNode body, String option, String field) {
        String given = option(option);
        if (given != null) {
            if (!given.matches("[0-9]{1,9}")) {
                throw new CommandFailed("'" + given + "' for " + option + " is no whole number.");
            }
            body.put(field, Integer.parseInt(given));
        }
    }
}
