package org.gatehouse.gateway.upstream.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * Header lines of a request, checked and encoded once. Immutable; a set that stays the same from call to call (credentials,
 * content type) is best kept and extended with {@link #and}. Never prints a value: they hold credentials.
 */
public final class RequestHeaders {
    /** No header lines. */
    public static final RequestHeaders NONE = new RequestHeaders(new byte[0]);

    // The client writes these itself; a second one from outside would break the framing of the connection (RFC 9112 6, 9.6).
    private static final Set<String> RESERVED = Set.of("host", "content-length", "transfer-encoding", "connection",
            "accept-encoding", "keep-alive", "proxy-connection", "expect", "upgrade", "te", "trailer");

    private final byte[] lines;
    private final boolean upgrades;

    private RequestHeaders(byte[] lines) {
        this(lines, false);
    }

    private RequestHeaders(byte[] lines, boolean upgrades) {
        this.lines = lines;
        this.upgrades = upgrades;
    }

    /** Asks for a switch to WebSocket (RFC 9110 7.8). */
    static RequestHeaders upgradingToWebSocket() {
        return new RequestHeaders(
                "Connection: Upgrade\r\nUpgrade: websocket\r\n".getBytes(StandardCharsets.ISO_8859_1), true);
    }

    /** One header line; see {@link #and}. */
    public static RequestHeaders of(String name, String value) {
        return NONE.and(name, value);
    }

    /**
     * These lines and one more.
     *
     * @throws IllegalArgumentException when the name is not a token or one that the client sets itself ({@code host},
     *         {@code content-length}, {@code accept-encoding}, {@code connection} and the like), or the value holds a line break,
     *         another control character, or a character that ISO 8859-1 lacks; the message does not show the value
     */
    public RequestHeaders and(String name, String value) {
        if (!Grammar.isToken(name)) {
            throw new IllegalArgumentException(
                    "A header name holds a character that is not allowed: \"" + printable(name)
                            + "\". Use letters, digits and hyphens.");
        }
        if (RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("Header " + name + " is set by the client itself. Leave it out.");
        }
        byte[] joined = Arrays.copyOf(lines, lines.length + name.length() + value.length() + 4);
        int at = lines.length;
        for (int index = 0; index < name.length(); index++) {
            joined[at++] = (byte) name.charAt(index);
        }
        joined[at++] = ':';
        joined[at++] = ' ';
        for (int index = 0; index < value.length(); index++) {
            char character = value.charAt(index);
            if (character > 0xff || !Grammar.isFieldContent(character)) {
                throw new IllegalArgumentException("The value of header " + name
                        + " holds a control character, a line break or a character outside ISO 8859-1 at position "
                        + index
                        + ". Remove it.");
            }
            joined[at++] = (byte) character;
        }
        joined[at++] = '\r';
        joined[at] = '\n';
        return new RequestHeaders(joined, upgrades);
    }

    /** These lines, then the other's. */
    public RequestHeaders and(RequestHeaders other) {
        byte[] joined = Arrays.copyOf(lines, lines.length + other.lines.length);
        System.arraycopy(other.lines, 0, joined, lines.length, other.lines.length);
        return new RequestHeaders(joined, upgrades || other.upgrades);
    }

    /** Whether they ask for a switch of protocols. */
    boolean upgrades() {
        return upgrades;
    }

    /** {@code name: value CRLF} for each line; not to be changed. */
    byte[] lines() {
        return lines;
    }

    @Override
    public String toString() {
        return "RequestHeaders[" + lines.length + " bytes]";
    }

    private static String printable(String text) {
        return text.replaceAll("[^\\x21-\\x7e]", "?");
    }
}
