package org.gatehouse.gateway.upstream.http;

/** Finds the end of a gzip member's header (RFC 1952 2.3), a byte at a time. Used once for a member. */
final class GzipHeader {
    private static final int FIXED_BYTES = 10;
    private static final int FLAG_CHECKSUM = 2;
    private static final int FLAG_EXTRA = 4;
    private static final int FLAG_NAME = 8;
    private static final int FLAG_COMMENT = 16;
    private static final int FLAGS_RESERVED = 0xe0;
    /** Far beyond any real name or comment. */
    private static final int MOST_BYTES = 1 << 16;

    private int read;
    private int flags;
    private int extraLeft;
    private int partBegin = FIXED_BYTES;

    /** Takes the next byte; true when it was the header's last. */
    boolean accept(int value) throws MalformedReply {
        if (++read > MOST_BYTES) {
            throw new MalformedReply("a gzip header is too long");
        }
        if (read <= FIXED_BYTES) {
            fixed(value);
            return read == FIXED_BYTES && flags == 0;
        }
        optional(value);
        return flags == 0;
    }

    private void fixed(int value) throws MalformedReply {
        boolean fits = switch (read) {
            case 1 -> value == 0x1f;
            case 2 -> value == 0x8b;
            case 3 -> value == 8;
            case 4 -> (value & FLAGS_RESERVED) == 0;
            default -> true;
        };
        if (!fits) {
            throw new MalformedReply("the body is not gzip although content-encoding says so");
        }
        if (read == 4) {
            // The first flag, "probably text", announces nothing to skip.
            flags = value & (FLAG_CHECKSUM | FLAG_EXTRA | FLAG_NAME | FLAG_COMMENT);
        }
    }

    private void optional(int value) {
        int within = read - partBegin;
        if ((flags & FLAG_EXTRA) != 0) {
            extraLeft = within == 1 ? value : within == 2 ? extraLeft | (value << 8) : extraLeft;
            if (within >= 2 && within - 2 == extraLeft) {
                finish(FLAG_EXTRA);
            }
        } else if ((flags & FLAG_NAME) != 0) {
            if (value == 0) {
                finish(FLAG_NAME);
            }
        } else if ((flags & FLAG_COMMENT) != 0) {
            if (value == 0) {
                finish(FLAG_COMMENT);
            }
        } else if (within == 2) {
            finish(FLAG_CHECKSUM);
        }
    }

    private void finish(int flag) {
        flags &= ~flag;
        partBegin = read;
    }
}
