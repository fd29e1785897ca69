package org.gatehouse.supervisor.models;

import java.util.regex.Pattern;

/** Which names models may bear, and what their directories are called. Names follow the model hubs' own rule. */
final class ModelNames {
    /** How much of the digest stands in a directory's name; the manifest holds all of it. */
    private static final int DIGEST_DIGITS = 16;
    private static final Pattern NAME = Pattern
            .compile("[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?");
    private static final Pattern DIRECTORY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,193}@[0-9a-f]{16}");

    private ModelNames() {}

    /** Whether this is {@code name} or {@code organisation/name} of letters, digits, dot, dash and underscore. */
    static boolean isName(String name) {
        // "--" stands for the slash in directory names, so that two names never share one.
        return NAME.matcher(name).matches() && !name.contains("--") && !name.contains("..");
    }

    static boolean isDirectory(String directory) {
        return DIRECTORY.matcher(directory).matches() && !directory.contains("..");
    }

    static String directory(String name, String digest) {
        return name.replace("/", "--") + "@" + digest.substring(0, DIGEST_DIGITS);
    }
}
