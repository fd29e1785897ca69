package org.gatehouse.daemon;

import picocli.CommandLine;
import picocli.CommandLine.Command;

import org.gatehouse.cli.AdminCommands;
import org.gatehouse.daemon.demo.DemoCommand;
import org.gatehouse.setup.wizard.ConsoleCommand;
import org.gatehouse.setup.wizard.SetupCommand;

/** The program: one command line for the daemon, the demo, and everything that talks to a daemon. */
@Command(name = "gatehouse", mixinStandardHelpOptions = true, versionProvider = Gatehouse.Version.class, description = "One governed door to every model, local and commercial.", subcommands = {
        ServeCommand.class, DemoCommand.class, RestoreCommand.class, AdminTokenCommand.class, TrainCommand.class,
        AgentCommand.class,
        CommandLine.HelpCommand.class})
public final class Gatehouse {

    /** Runs one command; exits 0 on success, 1 on failure with one line on standard error, 2 on bad usage. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        return commandLine().execute(arguments);
    }

    /** The whole command line, not run yet. */
    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Gatehouse());
        commandLine.addSubcommand("setup", SetupCommand.commandLine(System.getenv())
                .addSubcommand("code", AdminCommands.setupCode()));
        commandLine.addSubcommand("console", ConsoleCommand.commandLine(System.getenv()));
        AdminCommands.all().forEach(command -> commandLine.addSubcommand(command.getCommandName(), command));
        commandLine.setExecutionExceptionHandler((failure, command, _) -> {
            command.getErr().println("gatehouse: " + oneLine(failure));
            return 1;
        });
        return commandLine;
    }

    /** What went wrong, in words. */
    static String oneLine(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() instanceof Throwable inner && saysNothing(cause, inner)) {
            cause = inner;
        }
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return message.replaceAll("\\s*\\R\\s*", " ");
    }

    /** Wrappers that were given no message of their own repeat the inner one under its class name. */
    private static boolean saysNothing(Throwable outer, Throwable inner) {
        return outer.getMessage() == null || outer.getMessage().equals(inner.toString());
    }

    /** The version that the build stamped into the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Gatehouse.class.getPackage().getImplementationVersion();
            return new String[]{"gatehouse " + (version == null ? "(unpackaged)" : version)};
        }
    }
}
