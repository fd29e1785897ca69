package org.gatehouse.admin;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

import org.jspecify.annotations.Nullable;

/**
 * The built console, as it lies in the program. Only what its list of files names can be read, so no path leads
 * anywhere else. Immutable, thread-safe; the bytes are read from the program each time.
 */
final class ConsoleFiles {
    private static final String ROOM = "console/";

    private final Map<String, String> types;
    private final Map<Page, String> pages;

    private ConsoleFiles(Map<String, String> types, Map<Page, String> pages) {
        this.types = Map.copyOf(types);
        this.pages = Map.copyOf(pages);
    }

    /** What a browser opens. */
    enum Page {
        /** The console. */
        CONSOLE("index.html"),
        /** The set-up of a new box. */
        SETUP("setup.html");

        private final String file;

        Page(String file) {
            this.file = file;
        }
    }

    /** How a file is sent. */
    enum Coding {
        BROTLI("br", ".br"), GZIP("gzip", ".gz"), NONE("", ".gz");

        private final String token;
        private final String suffix;

        Coding(String token, String suffix) {
            this.token = token;
            this.suffix = suffix;
        }

        /** As {@code Content-Encoding} names it; empty for none. */
        String token() {
            return token;
        }

        /** The smallest one that a client understands, by its {@code Accept-Encoding} (RFC 9110 12.5.3). */
        static Coding accepted(String header) {
            for (Coding coding : new Coding[]{BROTLI, GZIP}) {
                for (String offer : header.toLowerCase(Locale.ROOT).split(",")) {
                    String[] parts = offer.strip().split("\\s*;\\s*");
                    boolean refused = parts.length > 1 && parts[1].matches("q\\s*=\\s*0(\\.0*)?");
                    if (parts[0].equals(coding.token) && !refused) {
                        return coding;
                    }
                }
            }
            return NONE;
        }
    }

    /** What the program has; nothing when it was built without the console. */
    static ConsoleFiles ofProgram() {
        try (InputStream list = ConsoleFiles.class.getResourceAsStream(ROOM + "files");
                InputStream console = ConsoleFiles.class.getResourceAsStream(ROOM + Page.CONSOLE.file);
                InputStream setup = ConsoleFiles.class.getResourceAsStream(ROOM + Page.SETUP.file)) {
            if (list == null || console == null || setup == null) {
                return new ConsoleFiles(Map.of(), Map.of());
            }
            Map<String, String> types = new LinkedHashMap<>();
            BufferedReader lines = new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                types.put(line, typeOf(line));
            }
            return new ConsoleFiles(types,
                    Map.of(Page.CONSOLE, text(console), Page.SETUP, text(setup)));
        } catch (IOException e) {
            throw new UncheckedIOException("The program's own files cannot be read. Install it again.", e);
        }
    }

    private static String text(InputStream page) throws IOException {
        return new String(page.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** A page, with its place for a nonce; {@code null} when the program was built without the console. */
    @Nullable
    String page(Page page) {
        return pages.get(page);
    }

    /** The media type of a file of that name; empty when there is none. */
    Optional<String> type(String name) {
        return Optional.ofNullable(types.get(name));
    }

    /** The content of a file that {@link #type} knows, in that coding. */
    byte[] content(String name, Coding coding) throws IOException {
        try (InputStream packed = ConsoleFiles.class.getResourceAsStream(ROOM + name + coding.suffix)) {
            if (packed == null || !types.containsKey(name)) {
                throw new IOException("The program has no file " + name + " of the console. Install it again.");
            }
            if (coding == Coding.NONE) {
                try (GZIPInputStream unpacked = new GZIPInputStream(packed)) {
                    return unpacked.readAllBytes();
                }
            }
            return packed.readAllBytes();
        }
    }

    private static String typeOf(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "js" -> "text/javascript; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "md" -> "text/plain; charset=utf-8";
            case "svg" -> "image/svg+xml";
            case "json", "webmanifest" -> "application/json";
            case "png" -> "image/png";
            case "woff2" -> "font/woff2";
            default -> "application/octet-stream";
        };
    }
}
