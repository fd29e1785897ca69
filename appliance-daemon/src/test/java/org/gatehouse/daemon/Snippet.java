package org.gatehouse.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A fenced block of a document. A comment on the line above tells what readers need not see: {@code <!-- not run: why -->}
 * or {@code <!-- prints: text -->}.
 *
 * @param line where its fence opens, from 1
 * @param language what stands behind the fence; may be empty
 * @param notRun why it is not run; {@code null} when it is
 * @param prints what its output must contain; {@code null} when only its status counts
 */
record Snippet(String document, int line, String language, String text, @Nullable String notRun,
        @Nullable String prints) {
    private static final Pattern COMMENT = Pattern.compile("<!-- (not run|prints): (.+) -->");

    static List<Snippet> of(String document) {
        List<Snippet> snippets = new ArrayList<>();
        List<String> lines = lines(document);
        String notRun = null;
        String prints = null;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            Matcher comment = COMMENT.matcher(line);
            if (comment.matches()) {
                if ("prints".equals(comment.group(1))) {
                    prints = comment.group(2);
                } else {
                    notRun = comment.group(2);
                }
                continue;
            }
            if (line.startsWith("```")) {
                int end = i + 1;
                while (!lines.get(end).startsWith("```")) {
                    end++;
                }
                snippets.add(new Snippet(document, i + 1, line.substring(3).strip(),
                        String.join("\n", lines.subList(i + 1, end)), notRun, prints));
                i = end;
            }
            notRun = null;
            prints = null;
        }
        return snippets;
    }

    static List<String> lines(String document) {
        try {
            return Files.readAllLines(DemoProcess.CHECKOUT.resolve(document));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every document of the checkout that people write, as paths relative to it. */
    static List<String> documents() {
        Path root = DemoProcess.CHECKOUT;
        try (var tree = Files.find(root, 4, (path, attributes) -> attributes.isRegularFile()
                && path.toString().endsWith(".md")
                && !root.relativize(path).toString().matches("(.*/)?(target|\\..*)/.*"))) {
            return tree.map(path -> Objects.requireNonNull(root.relativize(path)).toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isShell() {
        return "sh".equals(language);
    }

    @Override
    public String toString() {
        return document + ":" + line;
    }
}
