package org.gatehouse.setup.wizard;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import org.gatehouse.setup.wizard.box.Way;
import org.gatehouse.setup.wizard.console.ConsoleRun;

/** {@code gatehouse console}: what the box's own screen and serial line show. */
@Command(name = "console", mixinStandardHelpOptions = true, description = {
        "What an appliance's own screen shows: how to set the box up while it is new, how it does afterwards.",
        "Goes on until the terminal is gone. Enter leads to the set-up, or to a menu for an administrator."}, footer = {
                "", "Example:", "  gatehouse console --data /var/lib/gatehouse"})
public final class ConsoleCommand implements Callable<Integer> {
    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli's
    private CommandSpec spec;

    @Mixin
    private final DataOption data;

    private ConsoleCommand(Map<String, String> environment) {
        this.environment = environment;
        this.data = new DataOption(environment);
    }

    /** The command, to be put into a larger command line. */
    public static CommandLine commandLine(Map<String, String> environment) {
        return new CommandLine(new ConsoleCommand(environment));
    }

    @Override
    public Integer call() {
        // No address and no code: this is the box, and its claim is kept in its data directory.
        Way way = new Way("", data.place(), "", "", "", false, false, Path.of("/nonexistent"));
        return new ConsoleRun(environment, System::nanoTime).run(way, spec.commandLine().getErr());
    }
}
