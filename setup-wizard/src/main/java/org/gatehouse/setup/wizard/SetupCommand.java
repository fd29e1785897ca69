package org.gatehouse.setup.wizard;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import org.gatehouse.setup.wizard.answers.AnswersRun;
import org.gatehouse.setup.wizard.terminal.TerminalRun;

/** {@code gatehouse setup}: the first steps of a new box, asked on a terminal or read from a file. */
@Command(name = "setup", mixinStandardHelpOptions = true, description = "Sets a new box up: asks on this terminal, or takes the answers from a file.", footer = {
        "",
        "Exit status with --answers: 0 done, 1 the box failed, 2 wrong answers, 3 a check failed, 4 box not reachable,",
        "5 not claimed.", "", "Examples:", "  gatehouse setup", "  gatehouse setup answers-template > answers.yaml",
        "  gatehouse setup --answers answers.yaml --dry-run",
        "  gatehouse setup --answers answers.yaml --url https://192.0.2.10:8443 --claim-code ABCD-EFGH --fingerprint ..."})
public final class SetupCommand implements Callable<Integer> {
    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli's
    private CommandSpec spec;

    @Mixin
    private final BoxOptions box;

    @Option(names = "--answers", paramLabel = "FILE", description = "Takes the answers from a file and asks nobody. Run twice, the second run changes nothing.")
    private @Nullable Path answers;

    @Option(names = "--dry-run", description = "With --answers: tries all of them and changes nothing.")
    private boolean dryRun;

    @Option(names = "--wait", paramLabel = "SECONDS", defaultValue = "0", description = "With --answers: how long to wait for a box that does not answer yet. Default: ${DEFAULT-VALUE}.")
    private int waitSeconds;

    @Option(names = "--key-out", paramLabel = "FILE", description = "With --answers: where the first key is written, readable for this user alone. Default: printed.")
    private @Nullable Path keyOut;

    private SetupCommand(Map<String, String> environment) {
        this.environment = environment;
        this.box = new BoxOptions(environment);
    }

    /** The command with its own commands, to be put into a larger command line. */
    public static CommandLine commandLine(Map<String, String> environment) {
        CommandLine line = new CommandLine(new SetupCommand(environment));
        line.addSubcommand("answers-template", new TemplateCommand());
        return line;
    }

    @Override
    public Integer call() {
        Path file = answers;
        if (file == null) {
            if (dryRun || keyOut != null || waitSeconds != 0) {
                throw new CommandLine.ParameterException(spec.commandLine(),
                        "--dry-run, --key-out and --wait go with --answers FILE.");
            }
            return new TerminalRun(environment, System::nanoTime).run(box.way(false), spec.commandLine().getOut(),
                    spec.commandLine().getErr());
        }
        return new AnswersRun(file, dryRun, Duration.ofSeconds(Math.clamp(waitSeconds, 0, 3600)), keyOut, environment,
                System::nanoTime)
                .run(box.way(dryRun), spec.commandLine().getOut(), spec.commandLine().getErr()).status();
    }
}
