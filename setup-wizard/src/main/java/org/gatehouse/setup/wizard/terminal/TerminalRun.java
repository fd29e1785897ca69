package org.gatehouse.setup.wizard.terminal;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.function.LongSupplier;

import org.gatehouse.setup.wizard.box.Way;

/** {@code gatehouse setup} on the terminal that this process has. */
public record TerminalRun(Map<String, String> environment, LongSupplier nanoTime) {

    /** Runs until somebody is done or leaves; the process's exit status. */
    public int run(Way way, PrintWriter out, PrintWriter err) {
        if (!JLineConsole.isThere()) {
            err.println("There is no terminal to ask on. Run this on one, or give the answers in a file:"
                    + " gatehouse setup --answers FILE.");
            return 2;
        }
        Wizard.End end;
        try (JLineConsole console = JLineConsole.open(environment)) {
            if (!console.size().isEnough()) {
                err.println("This terminal has " + console.size().columns() + " columns and " + console.size().rows()
                        + " rows; make it 80 by 24.");
                return 2;
            }
            end = new Wizard(console, way, nanoTime).run();
        } catch (IOException e) {
            err.println("The terminal can't be used: " + e.getMessage()
                    + ". Give the answers in a file instead: gatehouse setup --answers FILE.");
            return 1;
        }
        out.println(end.words());
        return end.status();
    }
}
