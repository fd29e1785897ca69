package org.gatehouse.setup.wizard.answers;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.gatehouse.setup.wizard.answers.Located.Mapping;
import org.gatehouse.setup.wizard.answers.Located.Scalar;

/**
 * Fetches what an answers file does not hold itself.
 *
 * @param environment variables of this process
 * @param directory   where relative paths begin: the answers file's own
 */
record Secrets(Map<String, String> environment, Path directory) {
    private static final long LARGEST = 1 << 20;

    /** A text, or why there is none. */
    sealed interface Fetched {
        /** The text, without the line end that editors leave. */
        record Text(String text) implements Fetched {
            /** Leaves the text out: it is a secret. */
            @Override
            public String toString() {
                return "Text";
            }
        }

        /** What is wrong and what to do. */
        record Missing(String message) implements Fetched {}
    }

    /** Whether a value is a reference, right or wrong. */
    static boolean isReference(Mapping mapping) {
        return mapping.members().containsKey("fromEnv") || mapping.members().containsKey("fromFile");
    }

    Fetched fetch(Mapping reference) {
        if (reference.members().size() != 1
                || !(reference.members().values().iterator()
                        .next() instanceof Scalar(int _, String name, Located.Type type))
                || type != Located.Type.TEXT || name.isBlank()) {
            return new Fetched.Missing("write {fromEnv: NAME} or {fromFile: PATH} and nothing else.");
        }
        return reference.members().containsKey("fromEnv") ? variable(name) : file(name);
    }

    private Fetched variable(String name) {
        String value = environment.get(name);
        return value == null || value.isEmpty()
                ? new Fetched.Missing("the environment variable " + name + " is not set; set it, or write the value.")
                : new Fetched.Text(value);
    }

    private Fetched file(String name) {
        Path path = directory.resolve(name);
        try {
            if (Files.isDirectory(path) || Files.size(path) > LARGEST) {
                return new Fetched.Missing("the file " + path + " is a directory or larger than a megabyte.");
            }
            String text = Files.readString(path);
            String plain = text.endsWith("\r\n")
                    ? text.substring(0, text.length() - 2)
                    : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
            return plain.isEmpty()
                    ? new Fetched.Missing("the file " + path + " is empty; write the value into it.")
                    : new Fetched.Text(plain);
        } catch (CharacterCodingException _) {
            return new Fetched.Missing("the file " + path + " is no text in UTF-8.");
        } catch (IOException _) {
            return new Fetched.Missing(
                    "the file " + path + " can't be read; is it there, and may this user read it?");
        }
    }
}
