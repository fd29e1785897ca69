package org.gatehouse.simulated;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * One HTTP request, as views into the bytes that it came in. Valid until the connection reads its next one; one owner.
 */
final class Request {
    private static final int KEPT_BODY = 4096;

    private byte[] head = new byte[0];
    private int base;
    private String method = "";
    private String path = "";
    private String query = "";
    private boolean keepAlive;
    private boolean http11;
    private int[] lines = new int[64];
    private int headers;
    private byte[] body = head;
    private int bodyOffset;
    private int bodyLength;

    /** Takes the request line; the headers and the body follow. {@code at} values are relative to {@code start}. */
    void begin(byte[] bytes, int start, String requestMethod, String target, boolean isHttp11) {
        head = bytes;
        base = start;
        method = requestMethod;
        int mark = target.indexOf('?');
        path = mark < 0 ? target : target.substring(0, mark);
        query = mark < 0 ? "" : target.substring(mark + 1);
        http11 = isHttp11;
        keepAlive = isHttp11;
        headers = 0;
        bodyLength = 0;
    }

    void header(int nameStart, int nameEnd, int valueStart, int valueEnd) {
        if (headers * 4 == lines.length) {
            lines = Arrays.copyOf(lines, lines.length * 2);
        }
        int at = headers++ * 4;
        lines[at] = nameStart;
        lines[at + 1] = nameEnd;
        lines[at + 2] = valueStart;
        lines[at + 3] = valueEnd;
    }

    void rebase(byte[] bytes, int start) {
        head = bytes;
        base = start;
    }

    void body(byte[] bytes, int offset, int length) {
        body = bytes;
        bodyOffset = offset;
        bodyLength = length;
    }

    void keepAlive(boolean keep) {
        keepAlive = keep;
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    /** The first value of a query parameter, or {@code usual} when there is none. */
    String query(String name, String usual) {
        List<String> values = queryAll(name);
        return values.isEmpty() ? usual : values.getFirst();
    }

    /** All values of a query parameter, in order. */
    List<String> queryAll(String name) {
        List<String> values = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0 && pair.substring(0, equals).equals(name)) {
                values.add(URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return values;
    }

    /** Whether it is HTTP/1.1, whose replies may be chunked, and not 1.0. */
    boolean http11() {
        return http11;
    }

    /** Whether the caller wants the connection to stay open after the reply. */
    boolean keepAlive() {
        return keepAlive;
    }

    byte[] body() {
        return body;
    }

    int bodyOffset() {
        return bodyOffset;
    }

    int bodyLength() {
        return bodyLength;
    }

    /** The value of the first header of this lower-case name; {@code null} when there is none. */
    @Nullable
    String header(String lowerCaseName) {
        int found = index(lowerCaseName, 0);
        return found < 0 ? null : text(lines[found * 4 + 2], lines[found * 4 + 3]);
    }

    /** How many headers of this lower-case name there are. */
    int headerCount(String lowerCaseName) {
        int count = 0;
        for (int at = index(lowerCaseName, 0); at >= 0; at = index(lowerCaseName, at + 1)) {
            count++;
        }
        return count;
    }

    /** Whether the first header of this name begins with this lower-case text, whatever its case. */
    boolean headerStartsWith(String lowerCaseName, String lowerCaseValue) {
        int found = index(lowerCaseName, 0);
        return found >= 0 && lines[found * 4 + 3] - lines[found * 4 + 2] >= lowerCaseValue.length()
                && matches(base + lines[found * 4 + 2], lowerCaseValue);
    }

    private int index(String lowerCaseName, int from) {
        for (int i = from; i < headers; i++) {
            if (lines[i * 4 + 1] - lines[i * 4] == lowerCaseName.length()
                    && matches(base + lines[i * 4], lowerCaseName)) {
                return i;
            }
        }
        return -1;
    }

    private boolean matches(int at, String lowerCase) {
        for (int i = 0; i < lowerCase.length(); i++) {
            int c = head[at + i];
            if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private String text(int from, int to) {
        return new String(head, base + from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** A copy of the headers for the ledger, with credentials cut to their last four characters. */
    Map<String, String> headersForLedger() {
        Map<String, String> copy = new TreeMap<>();
        for (int i = 0; i < headers; i++) {
            String name = text(lines[i * 4], lines[i * 4 + 1]).toLowerCase(Locale.ROOT);
            String value = text(lines[i * 4 + 2], lines[i * 4 + 3]);
            boolean secret = name.equals("authorization") || name.endsWith("api-key") || name.equals("cookie");
            copy.merge(name, secret ? "…" + value.substring(Math.max(0, value.length() - 4)) : value,
                    (first, second) -> first + ", " + second);
        }
        return copy;
    }

    /** A copy of the body's last 4 KB for the ledger. */
    String bodyForLedger() {
        int kept = Math.min(KEPT_BODY, bodyLength);
        return new String(body, bodyOffset + bodyLength - kept, kept, StandardCharsets.UTF_8);
    }
}
