package org.gatehouse.gateway.upstream.http;

import java.util.Arrays;

/**
 * Reads a complete head, strictly: every line ends in CRLF, no folded lines, no space before a colon, nothing but tokens as
 * names. A lenient reading is where two parties begin to disagree about where a message ends (RFC 9112 11.2). Used once for a head.
 */
final class ReplyHeadParser {
    private static final int STATUS_LINE_LEAST = "HTTP/1.1 200".length();
    private static final int FIELDS_AT_FIRST = 8;

    private final byte[] bytes;
    private int[] marks = new int[FIELDS_AT_FIRST * ReplyHead.MARKS_PER_FIELD];
    private int marked;

    private ReplyHeadParser(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Parses bytes that end with the empty line. */
    static ReplyHead parse(byte[] bytes) throws MalformedReply {
        return new ReplyHeadParser(bytes).parse();
    }

    private ReplyHead parse() throws MalformedReply {
        int lineEnd = endOfLine(0);
        boolean versionOneZero = checkVersion(lineEnd);
        int status = status(lineEnd);
        int begin = lineEnd + 2;
        while (bytes[begin] != '\r') {
            lineEnd = endOfLine(begin);
            field(begin, lineEnd);
            begin = lineEnd + 2;
        }
        return new ReplyHead(bytes, marks, marked / ReplyHead.MARKS_PER_FIELD, status, versionOneZero);
    }

    /** Index of the CR of the CRLF that ends the line; a head always has one. */
    private int endOfLine(int from) throws MalformedReply {
        int index = from;
        while (bytes[index] != '\r') {
            if (bytes[index] == '\n') {
                throw new MalformedReply("a line of the head ends in LF alone");
            }
            index++;
        }
        if (bytes[index + 1] != '\n') {
            throw new MalformedReply("a CR inside a line of the head");
        }
        return index;
    }

    private boolean checkVersion(int lineEnd) throws MalformedReply {
        boolean http = lineEnd >= STATUS_LINE_LEAST && bytes[0] == 'H' && bytes[1] == 'T' && bytes[2] == 'T'
                && bytes[3] == 'P'
                && bytes[4] == '/' && bytes[5] == '1' && bytes[6] == '.' && (bytes[7] == '0' || bytes[7] == '1')
                && bytes[8] == ' ';
        if (!http) {
            throw new MalformedReply("the status line does not begin with HTTP/1.1 or HTTP/1.0");
        }
        return bytes[7] == '0';
    }

    private int status(int lineEnd) throws MalformedReply {
        int status = 0;
        for (int index = 9; index < STATUS_LINE_LEAST; index++) {
            int digit = bytes[index] - '0';
            if (digit < 0 || digit > 9) {
                throw new MalformedReply("the status is not a number of three digits");
            }
            status = status * 10 + digit;
        }
        if (status < 100 || (lineEnd > STATUS_LINE_LEAST && bytes[STATUS_LINE_LEAST] != ' ')) {
            throw new MalformedReply("the status is not a number of three digits");
        }
        return status;
    }

    private void field(int begin, int end) throws MalformedReply {
        int colon = begin;
        while (colon < end && Grammar.isToken(bytes[colon])) {
            colon++;
        }
        if (bytes[begin] == ' ' || bytes[begin] == '\t') {
            throw new MalformedReply("a header line is folded");
        }
        if (colon == begin || colon == end || bytes[colon] != ':') {
            throw new MalformedReply("a header line has no valid name");
        }
        int valueBegin = colon + 1;
        int valueEnd = end;
        while (valueBegin < valueEnd && isBlank(bytes[valueBegin])) {
            valueBegin++;
        }
        while (valueEnd > valueBegin && isBlank(bytes[valueEnd - 1])) {
            valueEnd--;
        }
        for (int index = valueBegin; index < valueEnd; index++) {
            if (!Grammar.isFieldContent(bytes[index] & 0xff)) {
                throw new MalformedReply("a header value holds a control character");
            }
        }
        if (marked + ReplyHead.MARKS_PER_FIELD > marks.length) {
            marks = Arrays.copyOf(marks, marks.length * 2);
        }
        marks[marked++] = begin;
        marks[marked++] = colon;
        marks[marked++] = valueBegin;
        marks[marked++] = valueEnd;
    }

    private static boolean isBlank(byte value) {
        return value == ' ' || value == '\t';
    }
}
