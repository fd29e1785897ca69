package org.gatehouse.simulated;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/** A {@code multipart/form-data} body by field name; of fields with the same name the last one stands. */
final class Multipart {
    private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";]+)\"?", Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME = Pattern.compile("\\bname=\"?([^\";\r\n]+)\"?", Pattern.CASE_INSENSITIVE);
    private static final byte[] BLANK_LINE = Bytes.of("\r\n\r\n");

    private final Map<String, byte[]> fields = new HashMap<>();

    private Multipart() {}

    static Multipart read(Request request) throws Refused {
        String contentType = request.header("content-type");
        Matcher boundary = BOUNDARY.matcher(contentType == null ? "" : contentType);
        if (contentType == null || !contentType.startsWith("multipart/form-data") || !boundary.find()) {
            throw new Refused(Problem.badRequest("Send the request as multipart/form-data with a boundary.", null));
        }
        Multipart multipart = new Multipart();
        byte[] body = Arrays.copyOfRange(request.body(), request.bodyOffset(),
                request.bodyOffset() + request.bodyLength());
        byte[] delimiter = Bytes.of("--" + boundary.group(1));
        int at = find(body, delimiter, 0);
        while (at >= 0) {
            int begin = at + delimiter.length;
            int end = find(body, delimiter, begin);
            if (end >= 0) {
                multipart.part(body, begin, end);
            }
            at = end;
        }
        return multipart;
    }

    private void part(byte[] body, int begin, int end) {
        int blank = find(body, BLANK_LINE, begin);
        if (blank >= 0 && blank < end) {
            Matcher name = NAME.matcher(new String(body, begin, blank - begin, StandardCharsets.UTF_8));
            if (name.find()) {
                // The line end before the delimiter belongs to the delimiter.
                fields.put(name.group(1), Arrays.copyOfRange(body, blank + 4, Math.max(blank + 4, end - 2)));
            }
        }
    }

    /** The field as text; {@code absent} when there is none. */
    String text(String name, String absent) {
        byte[] value = fields.get(name);
        return value == null ? absent : new String(value, StandardCharsets.UTF_8);
    }

    /** The field's bytes; {@code null} when there is none. */
    byte @Nullable [] bytes(String name) {
        return fields.get(name);
    }

    private static int find(byte[] body, byte[] wanted, int from) {
        search : for (int at = from; at <= body.length - wanted.length; at++) {
            for (int i = 0; i < wanted.length; i++) {
                if (body[at + i] != wanted[i]) {
                    continue search;
                }
            }
            return at;
        }
        return -1;
    }
}
