package org.gatehouse.setup.wizard.console;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.function.LongSupplier;

import org.gatehouse.setup.wizard.box.Way;
import org.gatehouse.setup.wizard.terminal.JLineConsole;

/** {@code gatehouse console} on the terminal that this process has. */
public record ConsoleRun(Map<String, String> environment, LongSupplier nanoTime) {

    /** Runs until the line is cut; the process's exit status. */
    public int run(Way way, PrintWriter err) {
        if (!JLineConsole.isThere()) {
            err.println("There is no terminal to draw on. 'gatehouse status' says how the box does.");
            return 2;
        }
        try (JLineConsole console = JLineConsole.open(environment)) {
            if (!console.size().isEnough()) {
                err.println("This terminal has " + console.size().columns() + " columns and " + console.size().rows()
                        + " rows; make it 80 by 24.");
                return 2;
            }
            new BoxConsole(console, way, new Machine(way.place().data(), Clock.systemUTC(), Path.of("/")), nanoTime)
                    .run();
            return 0;
        } catch (IOException e) {
            err.println("The terminal can't be used: " + e.getMessage()
                    + ". 'gatehouse status' says how the box does.");
            return 1;
        }
    }
}
