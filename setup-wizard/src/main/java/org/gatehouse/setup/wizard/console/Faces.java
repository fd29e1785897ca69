package org.gatehouse.setup.wizard.console;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.gatehouse.setup.wizard.terminal.Cells;
import org.gatehouse.setup.wizard.terminal.Console;
import org.gatehouse.setup.wizard.terminal.Screen;
import org.gatehouse.setup.wizard.terminal.Screen.Frame;
import org.gatehouse.setup.wizard.terminal.Screen.Line;

/** The screens that nobody has to answer. At most 19 lines of body each. Stateless. */
final class Faces {
    private static final String NAME = "Gatehouse";
    private static final int LABEL = 13;
    private static final int MOST_REASON = 10;

    private Faces() {}

    /** While the daemon does not answer. */
    static Screen starting(Console console, Machine machine, Standing.Starting starting, long seconds) {
        List<Line> body = new ArrayList<>();
        body.add(Line.of(""));
        body.add(Line.of(" Gatehouse is starting " + (starting.again() ? "again " : "") + "... " + seconds + " s"));
        if (!starting.why().isEmpty()) {
            body.add(Line.of(""));
            body.add(new Line(" It could not start, and is tried again:", true));
            Cells.wrap(starting.why(), console.size().columns() - 4).stream().limit(MOST_REASON)
                    .forEach(line -> body.add(Line.of("   " + line)));
        }
        if (seconds >= 120) {
            body.add(Line.of(""));
            body.add(Line.of(" That is longer than usual. It goes on trying by itself."));
        }
        return Screen.of(console, new Frame(NAME, machine.name(), "", ""), body, 0, -1);
    }

    /** While nobody has set the box up. */
    static Screen fresh(Console console, Machine machine, URI own, Standing.Fresh fresh) {
        List<Line> body = new ArrayList<>();
        boolean claimed = fresh.code().isEmpty();
        body.add(Line.of(claimed
                ? " Set-up of this box has begun. It goes on where it was begun, or in a browser:"
                : " This box is new. Set it up in a browser:"));
        body.add(Line.of(""));
        addresses(machine, own, "/setup/", body, "     ");
        body.add(Line.of(""));
        if (!fresh.fingerprint().isEmpty()) {
            body.add(Line.of(" The browser warns of a certificate that it does not know. It is the right one"));
            body.add(Line.of(" if its SHA-256 fingerprint is:"));
            halves(fresh.fingerprint()).forEach(half -> body.add(Line.of("     " + half)));
            body.add(Line.of(""));
        }
        if (!claimed) {
            body.add(Line.of(" The browser asks for this claim code, which changes every 15 minutes:"));
            body.add(Line.of("     " + fresh.code()));
            body.add(Line.of(""));
        } else {
            body.add(Line.of(" A browser that has lost it gets in again with a fresh code: press Enter."));
            body.add(Line.of(""));
        }
        body.add(new Line("> " + (claimed ? "Go on with set-up here" : "Set it up here, with this keyboard"), true));
        return Screen.of(console, new Frame(NAME + " set-up", place(machine, fresh.version()), "",
                "Enter: " + (claimed ? "go on here" : "set it up here") + "   Ctrl-L: draw again"), body, 0, -1);
    }

    /** How the box does. */
    static Screen serving(Console console, Machine machine, URI own, Standing.Serving serving) {
        List<Line> body = new ArrayList<>();
        boolean ready = serving.readiness().isReady();
        body.add(new Line(label("Health") + (ready
                ? serving.troubles().isEmpty() && serving.readiness().notes().isEmpty()
                        ? "well: it carries calls"
                        : "it carries calls, but something is wrong:"
                : "IT CARRIES NO CALLS:"), !ready));
        List<String> notes = new ArrayList<>(serving.readiness().notes());
        notes.addAll(serving.troubles());
        notes.stream().distinct().limit(3).forEach(note -> body.add(Line.of(label("") + note)));
        body.add(Line.of(label("Engines") + (serving.engines().isEmpty() ? "not known" : serving.engines())));
        body.add(Line.of(""));
        body.add(Line.of(" Console and API are reached at"));
        addresses(machine, own, "/", body, label(""));
        if (!serving.fingerprint().isEmpty()) {
            List<String> halves = halves(serving.fingerprint());
            body.add(Line.of(label("Certificate") + halves.getFirst()));
            body.add(Line.of(label("(SHA-256)") + halves.getLast()));
        }
        body.add(Line.of(""));
        body.add(Line.of(label("Time") + machine.time()));
        body.add(Line.of(label("Disk") + machine.disk()));
        String encryption = machine.encryption();
        if (!encryption.isEmpty()) {
            body.add(Line.of(label("Data") + encryption));
        }
        return Screen.of(console, new Frame(NAME, place(machine, serving.version()), "",
                "Enter: menu, for the administrator   Ctrl-L: draw again"), body, 0, -1);
    }

    private static String place(Machine machine, String version) {
        return (machine.name() + "  " + version).strip();
    }

    private static String label(String text) {
        return " " + Cells.fill(text, LABEL);
    }

    private static void addresses(Machine machine, URI own, String path, List<Line> body, String before) {
        List<String> urls = machine.urls(own, path);
        if (urls.isEmpty()) {
            body.add(Line.of(before + "(no address yet: is a network cable plugged in?)"));
        }
        urls.forEach(url -> body.add(Line.of(before + url)));
    }

    /** Two lines: 95 characters do not fit on a console of 80. */
    static List<String> halves(String fingerprint) {
        String plain = fingerprint.replace(":", "").toUpperCase(Locale.ROOT);
        String written = plain.replaceAll("(..)(?!$)", "$1:");
        int half = written.length() / 2 + 1;
        return written.length() < 64 ? List.of(written) : List.of(written.substring(0, half), written.substring(half));
    }
}
