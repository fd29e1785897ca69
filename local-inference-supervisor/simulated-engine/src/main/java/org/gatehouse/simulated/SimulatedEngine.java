package org.gatehouse.simulated;

import picocli.CommandLine;

/** The program: {@code simulated-engine serve MODEL …}, with the words of {@code vllm serve} where both have them. */
@CommandLine.Command(name = "simulated-engine", version = "simulated-engine of Gatehouse", mixinStandardHelpOptions = true, subcommands = {
        ServeCommand.class,
        CoreChild.class}, description = "A simulated inference engine: speaks vLLM's HTTP surface, runs no model, needs no GPU.")
public final class SimulatedEngine {

    private SimulatedEngine() {}

    /** Runs the program; its exit status is 0 after a stop signal, 1 when it cannot listen, 2 on bad usage. */
    public static void main(String[] arguments) {
        int status = new CommandLine(new SimulatedEngine()).execute(arguments);
        if (status != 0) {
            System.exit(status);
        }
    }
}
