package org.gatehouse.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Runs commands as a user's shell would, in this process. */
final class Shell {
    private final Map<String, String> environment;

    Shell(Map<String, String> environment) {
        this.environment = new HashMap<>(environment);
    }

    /** What came of a command. */
    record Result(int status, String out, String err) {

        String lastLine() {
            return out.strip().substring(out.strip().lastIndexOf('\n') + 1);
        }
    }

    void export(String name, String value) {
        environment.put(name, value);
    }

    Result run(String... words) {
        CommandLine root = new CommandLine(CommandSpec.create().name("gatehouse"));
        AdminCommands.all(environment).forEach(line -> root.addSubcommand(line.getCommandName(), line));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        root.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int status = root.execute(words);
        return new Result(status, out.toString(), err.toString());
    }
}
