package org.gatehouse.gateway.upstream.http;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * How the end of a reply's body is found, as RFC 9112 6.3 orders the rules; doubtful framing is refused, because a client that
 * guesses reads the next reply from the wrong place.
 *
 * @param kind which rule applies
 * @param length bytes of a {@link Kind#FIXED} body
 * @param keepsConnection whether the connection may carry another request afterwards
 * @param idleSeconds how long the upstream says it keeps an idle connection; -1 when it says nothing
 */
record Framing(Kind kind, long length, boolean keepsConnection, int idleSeconds) {
    private static final int MOST_LENGTH_DIGITS = 18;
    private static final Pattern KEEP_ALIVE_TIMEOUT = Pattern.compile("(?i)(?:^|[,\\s])timeout=(\\d{1,6})(?![^,\\s])");

    enum Kind {
        FIXED, CHUNKED, UNTIL_CLOSE
    }

    /** Reads the framing of the reply to a request of this method. */
    static Framing of(ReplyHead head, String method) throws MalformedReply {
        long length = contentLength(head);
        @Nullable
        String coding = transferCoding(head);
        if (coding != null && length >= 0) {
            throw new MalformedReply("both content-length and transfer-encoding");
        }
        if (coding != null && head.isVersionOneZero()) {
            throw new MalformedReply("transfer-encoding in an HTTP/1.0 reply");
        }
        boolean keeps = head.isVersionOneZero()
                ? head.lists("connection", "keep-alive")
                : !head.lists("connection", "close");
        if (head.status() == 101) {
            // RFC 9110 15.2.2: what follows is the other protocol, until the connection ends.
            return new Framing(Kind.UNTIL_CLOSE, -1, false, -1);
        }
        boolean without = method.equals("HEAD") || head.status() == 204 || head.status() == 304;
        if (without) {
            return new Framing(Kind.FIXED, 0, keeps, idleSeconds(head));
        }
        if (coding != null) {
            return new Framing(Kind.CHUNKED, -1, keeps, idleSeconds(head));
        }
        return length >= 0
                ? new Framing(Kind.FIXED, length, keeps, idleSeconds(head))
                : new Framing(Kind.UNTIL_CLOSE, -1, false, -1);
    }

    /** The {@code timeout} of a {@code keep-alive} field (RFC 2068 19.7.1.1), as Node.js and others send it. */
    private static int idleSeconds(ReplyHead head) {
        String keepAlive = head.first("keep-alive");
        if (keepAlive == null) {
            return -1;
        }
        Matcher timeout = KEEP_ALIVE_TIMEOUT.matcher(keepAlive);
        return timeout.find() ? Integer.parseInt(timeout.group(1)) : -1;
    }

    private static long contentLength(ReplyHead head) throws MalformedReply {
        long length = -1;
        for (int field = head.find("content-length", 0); field >= 0; field = head.find("content-length", field + 1)) {
            long value = number(head.value(field));
            if (length >= 0 && value != length) {
                throw new MalformedReply("two different content-length values");
            }
            length = value;
        }
        return length;
    }

    private static long number(String text) throws MalformedReply {
        boolean digits = !text.isEmpty() && text.length() <= MOST_LENGTH_DIGITS;
        long value = 0;
        for (int index = 0; digits && index < text.length(); index++) {
            int digit = text.charAt(index) - '0';
            digits = digit >= 0 && digit <= 9;
            value = value * 10 + digit;
        }
        if (!digits) {
            throw new MalformedReply("content-length is not a number");
        }
        return value;
    }

    private static @Nullable String transferCoding(ReplyHead head) throws MalformedReply {
        int field = head.find("transfer-encoding", 0);
        if (field < 0) {
            return null;
        }
        String coding = head.value(field).toLowerCase(Locale.ROOT);
        if (!coding.equals("chunked") || head.find("transfer-encoding", field + 1) >= 0) {
            throw new MalformedReply("a transfer-encoding other than chunked, which was not asked for");
        }
        return coding;
    }
}
