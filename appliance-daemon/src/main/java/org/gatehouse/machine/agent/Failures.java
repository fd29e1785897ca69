package org.gatehouse.machine.agent;

import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/**
 * What a machine that failed says to people. Java's own messages for files name a path and nothing else, which says neither what
 * failed nor what to do. Stateless.
 */
public final class Failures {
    private Failures() {}

    /** A sentence that says what failed, and one that says what to do. */
    public static String inWords(Exception e) {
        return switch (e) {
            case NoSuchFileException file -> "The file " + file.getFile() + " is missing. Try again; if it stays so,"
                    + " restart the box.";
            case AccessDeniedException file -> "The system may not use " + file.getFile() + ". Restart the box; if it"
                    + " stays so, make a support bundle.";
            case FileSystemException file -> of(file.getFile(), file.getReason() == null ? "" : file.getReason());
            case ConnectException _ -> "The part of the system that makes changes does not answer, as while the"
                    + " box restarts. Try again in a minute; if it stays so, restart the box.";
            default -> sentence(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        };
    }

    private static String of(String file, String reason) {
        String why = reason.toLowerCase(Locale.ROOT);
        if (why.contains("no space left")) {
            return "There was no room left for " + file + ". Remove models or old backups, then try again.";
        }
        if (why.contains("input/output error")) {
            return "The disk failed at " + file + ". Make a backup, and replace the disk if it happens again.";
        }
        if (why.contains("read-only")) {
            return file
                    + " can't be changed: the disk has become read-only, as it does after an error. Restart the box;"
                    + " if it stays so, replace the disk.";
        }
        return "Something went wrong with " + file + (reason.isEmpty() ? "" : ": " + reason)
                + ". Try again; if it stays so, restart the box.";
    }

    /** With a capital and an end; what is said after it follows on. */
    private static String sentence(String message) {
        String text = message.strip();
        if (text.isEmpty()) {
            return "Something went wrong.";
        }
        String begun = Character.toUpperCase(text.charAt(0)) + text.substring(1);
        return begun.endsWith(".") ? begun : begun + ".";
    }
}
