package org.gatehouse.gateway.dialect.openai;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.Dialect.Reading;
import org.gatehouse.gateway.exchange.EngineOnly;
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.gateway.exchange.ModelRequest.Span;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.governance.snapshot.Surface;

/**
 * Reads a multipart/form-data request (RFC 7578) in place: finds the small text fields that governance needs and where
 * they stand, and leaves the files alone. Takes only forms that can be read in one way: where two readers may find
 * different fields in a form, the upstream could serve a model that governance never saw.
 */
final class FormRequestReader {
    private static final int MAX_PARTS = 100;
    private static final int MAX_FIELD_BYTES = 1024;
    private static final Set<String> GOVERNED = Set.of("model", "stream", "n");

    private final byte[] body;
    private final byte[] delimiter;
    private final Map<String, Span> fields = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final List<Span> engineOnly = new ArrayList<>(0);
    private int partStart;

    private FormRequestReader(byte[] body, String boundary) {
        this.body = body;
        this.delimiter = ("--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
    }

    static Reading read(Surface surface, String contentType, byte[] body) {
        Map<String, String> parameters = HeaderParameters.of(contentType);
        String boundary = parameters == null ? null : parameters.get("boundary");
        // RFC 2046 5.1.1: 1 to 70 characters.
        if (boundary == null || boundary.isEmpty() || boundary.length() > 70) {
            return wrong(null, "The content type names no boundary. Let your HTTP library build the form.");
        }
        FormRequestReader reader = new FormRequestReader(body, boundary);
        String broken = reader.scan();
        if (broken != null) {
            return wrong(null, "The multipart body is broken: " + broken + ". Let your HTTP library build the form.");
        }
        return reader.asked(surface);
    }

    private Reading asked(Surface surface) {
        String file = surface == Surface.IMAGES_EDITS ? "image" : "file";
        if (!names.contains(file) && !names.contains(file + "[]")) {
            return wrong(file, "The form field '" + file + "' is missing. Add it.");
        }
        Span model = fields.get("model");
        if (model == null && surface != Surface.IMAGES_EDITS) {
            return wrong("model", "The form field 'model' is missing. Name a model that GET /v1/models lists.");
        }
        if (model != null && text("model", "").isEmpty()) {
            return wrong("model", "The form field 'model' is empty. Name a model that GET /v1/models lists.");
        }
        String stream = text("stream", "false");
        if (!stream.equals("true") && !stream.equals("false")) {
            return wrong("stream", "The form field 'stream' must be true or false.");
        }
        String count = text("n", "1");
        if (!count.matches("[1-9][0-9]{0,2}") || Integer.parseInt(count) > 128) {
            return wrong("n", "The form field 'n' must be a whole number from 1 to 128.");
        }
        long pictures = surface == Surface.IMAGES_EDITS ? Integer.parseInt(count) : 1;
        return new Reading.Asked(new ModelRequest(body, model == null ? null : text("model", ""), model, -1,
                stream.equals("true"), null, false, false, null, 1, 0, 1, engineOnly, pictures));
    }

    /** Walks over the parts; returns what is broken, or null. */
    private @Nullable String scan() {
        if (!startsWith(0, delimiter)) {
            return "it does not start with its boundary";
        }
        int at = delimiter.length;
        for (int parts = 0; parts < MAX_PARTS; parts++) {
            if (startsWith(at, "--".getBytes(StandardCharsets.ISO_8859_1))) {
                String rest = new String(body, at + 2, body.length - at - 2, StandardCharsets.ISO_8859_1);
                return rest.isBlank() ? null : "something follows its last boundary";
            }
            if (!startsWith(at, "\r\n".getBytes(StandardCharsets.ISO_8859_1))) {
                return "a boundary line does not end";
            }
            int head = at + 2;
            int content = indexOf("\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1), head);
            if (content < 0 || content - head > 8192) {
                return "a part's head does not end";
            }
            int end = nextDelimiter(content + 4);
            if (end < 0) {
                return "its last boundary is missing";
            }
            partStart = at - delimiter.length;
            String broken = part(new String(body, head, content - head, StandardCharsets.UTF_8), content + 4, end);
            if (broken != null) {
                return broken;
            }
            at = end + 2 + delimiter.length;
        }
        return "it has more than " + MAX_PARTS + " parts";
    }

    private @Nullable String part(String head, int start, int end) {
        String name = null;
        boolean encoded = false;
        for (String line : head.split("\r\n", -1)) {
            int colon = line.indexOf(':');
            // A folded line or one that a lone CR or LF ends is one header to some readers and two to others.
            if (colon < 1 || line.charAt(0) <= ' ' || line.chars().anyMatch(c -> c < ' ' && c != '\t')) {
                return "a part's head is no list of headers";
            }
            switch (line.substring(0, colon).strip().toLowerCase(Locale.ROOT)) {
                case "content-disposition" -> {
                    if (name != null) {
                        return "a part is described twice";
                    }
                    Map<String, String> parameters = HeaderParameters.of(line.substring(colon + 1));
                    name = parameters == null ? null : parameters.get("name");
                    if (name == null || !isPlain(name)) {
                        return "a part has no plain name";
                    }
                }
                case "content-transfer-encoding" -> encoded = true;
                default -> {
                    // RFC 7578 4.8: to be ignored, or the upstream's to read.
                }
            }
        }
        if (name == null) {
            return "a part has no name";
        }
        return GOVERNED.contains(name.toLowerCase(Locale.ROOT))
                ? governed(name, encoded, start, end)
                : other(name, end);
    }

    private @Nullable String other(String name, int end) {
        names.add(name);
        int bracket = name.indexOf('[');
        if (EngineOnly.names(bracket < 0 ? name : name.substring(0, bracket))) {
            engineOnly.add(new Span(partStart, end + 2));
        }
        return null;
    }

    private @Nullable String governed(String name, boolean encoded, int start, int end) {
        if (!GOVERNED.contains(name)) {
            return "the field '" + name + "' must be spelled in lower case";
        }
        if (!names.add(name)) {
            return "the field '" + name + "' is given twice";
        }
        if (encoded || end - start > MAX_FIELD_BYTES) {
            return "the field '" + name + "' is encoded or too long";
        }
        fields.put(name, new Span(start, end));
        return null;
    }

    private static boolean isPlain(String name) {
        return !name.isEmpty() && name.length() <= 64 && name.chars().allMatch(c -> c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "_-.[]".indexOf(c) >= 0);
    }

    private String text(String name, String otherwise) {
        Span span = fields.get(name);
        return span == null
                ? otherwise
                : new String(body, span.start(), span.end() - span.start(), StandardCharsets.UTF_8).trim();
    }

    private int nextDelimiter(int from) {
        byte[] lineAndDelimiter = new byte[delimiter.length + 2];
        lineAndDelimiter[0] = '\r';
        lineAndDelimiter[1] = '\n';
        System.arraycopy(delimiter, 0, lineAndDelimiter, 2, delimiter.length);
        return indexOf(lineAndDelimiter, from);
    }

    private boolean startsWith(int at, byte[] prefix) {
        if (at + prefix.length > body.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (body[at + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private int indexOf(byte[] needle, int from) {
        for (int i = from; i <= body.length - needle.length; i++) {
            if (body[i] == needle[0] && startsWith(i, needle)) {
                return i;
            }
        }
        return -1;
    }

    private static Reading wrong(@Nullable String field, String message) {
        return new Reading.Wrong(Refusal.invalid(field, message));
    }
}
