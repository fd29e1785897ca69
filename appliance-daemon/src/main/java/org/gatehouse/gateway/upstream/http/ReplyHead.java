package org.gatehouse.gateway.upstream.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

import org.jspecify.annotations.Nullable;

/**
 * A parsed status line and header fields, kept as bytes: most replies are asked for two or three of their fields, so strings are
 * made on demand. Immutable once parsed by {@link ReplyHeadParser}.
 */
final class ReplyHead {
    /** Ends of a field in the bytes: name begin, name end, value begin, value end. */
    static final int MARKS_PER_FIELD = 4;

    private final byte[] bytes;
    private final int[] marks;
    private final int fields;
    private final int status;
    private final boolean versionOneZero;

    /** The marks may have room for more fields than there are. */
    ReplyHead(byte[] bytes, int[] marks, int fields, int status, boolean versionOneZero) {
        this.bytes = bytes;
        this.marks = marks;
        this.fields = fields;
        this.status = status;
        this.versionOneZero = versionOneZero;
    }

    int status() {
        return status;
    }

    boolean isVersionOneZero() {
        return versionOneZero;
    }

    int fields() {
        return fields;
    }

    String name(int field) {
        int mark = field * MARKS_PER_FIELD;
        return new String(bytes, marks[mark], marks[mark + 1] - marks[mark], StandardCharsets.ISO_8859_1);
    }

    String value(int field) {
        int mark = field * MARKS_PER_FIELD;
        return new String(bytes, marks[mark + 2], marks[mark + 3] - marks[mark + 2], StandardCharsets.ISO_8859_1);
    }

    /** Whether the field has this name; {@code lowerCaseName} is ASCII in lower case. */
    boolean isNamed(int field, String lowerCaseName) {
        int mark = field * MARKS_PER_FIELD;
        int begin = marks[mark];
        if (marks[mark + 1] - begin != lowerCaseName.length()) {
            return false;
        }
        for (int index = 0; index < lowerCaseName.length(); index++) {
            int character = bytes[begin + index];
            if (character >= 'A' && character <= 'Z') {
                character += 'a' - 'A';
            }
            if (character != lowerCaseName.charAt(index)) {
                return false;
            }
        }
        return true;
    }

    /** Index of the first field of this name at or after {@code from}; -1 for none. */
    int find(String lowerCaseName, int from) {
        for (int field = from; field < fields(); field++) {
            if (isNamed(field, lowerCaseName)) {
                return field;
            }
        }
        return -1;
    }

    /** Value of the first field of this name. */
    @Nullable
    String first(String lowerCaseName) {
        int field = find(lowerCaseName, 0);
        return field < 0 ? null : value(field);
    }

    /** Whether a comma-separated field of this name lists the token, in any of its lines (RFC 9110 5.3). */
    boolean lists(String lowerCaseName, String lowerCaseToken) {
        for (int field = find(lowerCaseName, 0); field >= 0; field = find(lowerCaseName, field + 1)) {
            for (String token : value(field).split(",")) {
                if (token.strip().equalsIgnoreCase(lowerCaseToken)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The fields in order, without those named. */
    Iterable<Header> without(String... lowerCaseNames) {
        return () -> new Fields(lowerCaseNames);
    }

    /** Makes one field's strings at a time. */
    private final class Fields implements Iterator<Header> {
        private final String[] hidden;
        private int next;

        Fields(String[] hidden) {
            this.hidden = hidden;
            skipHidden();
        }

        @Override
        public boolean hasNext() {
            return next < fields();
        }

        @Override
        public Header next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Header header = new Header(name(next), value(next));
            next++;
            skipHidden();
            return header;
        }

        private void skipHidden() {
            while (next < fields() && Arrays.stream(hidden).anyMatch(name -> isNamed(next, name))) {
                next++;
            }
        }
    }
}
