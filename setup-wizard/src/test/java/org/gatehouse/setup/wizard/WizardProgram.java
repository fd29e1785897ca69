package org.gatehouse.setup.wizard;

/** {@code gatehouse setup} alone, as a program for tests. */
public final class WizardProgram {
    private WizardProgram() {}

    /** Runs it. */
    public static void main(String[] arguments) {
        System.exit(SetupCommand.commandLine(System.getenv()).execute(arguments));
    }
}
