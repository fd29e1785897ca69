package org.gatehouse.machine.slots;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A release that the boot loader knows, as its file's name on the EFI system partition says it: the loader counts tries there
 * (systemd's Automatic Boot Assessment: {@code NAME+LEFT-DONE.efi}). Immutable.
 *
 * @param file its name
 * @param triesLeft how often it is tried still; {@code null} when it has shown that it is good
 * @param triesDone how often it was tried
 */
public record BootEntry(String file, Version version, @Nullable Integer triesLeft, int triesDone) {
    private static final Pattern NAME = Pattern
            .compile("gatehouse_(\\d+\\.\\d+\\.\\d+)(?:\\+(\\d{1,3})(?:-(\\d{1,3}))?)?\\.efi");

    /** Reads a file's name; empty when it is none of ours. */
    static Optional<BootEntry> parse(String file) {
        Matcher matcher = NAME.matcher(file);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String left = matcher.group(2);
        String done = matcher.group(3);
        return Version.parse(matcher.group(1)).map(version -> new BootEntry(file, version,
                left == null ? null : Integer.valueOf(left), done == null ? 0 : Integer.parseInt(done)));
    }

    /** Whether it has shown that it is good. */
    public boolean good() {
        return triesLeft == null;
    }

    /** Whether all tries are spent: it is not started any more. */
    public boolean failed() {
        return triesLeft != null && triesLeft == 0;
    }

    /** What its file is called once it is good. */
    String goodName() {
        return "gatehouse_" + version + ".efi";
    }
}
