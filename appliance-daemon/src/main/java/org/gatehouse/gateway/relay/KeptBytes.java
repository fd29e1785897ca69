package org.gatehouse.gateway.relay;

import java.io.ByteArrayOutputStream;

/** The first bytes of a reply, for the trail. Confined to the call's thread. */
final class KeptBytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(0);
    private final int most;

    /** Keeps so many bytes; 0 for none. */
    KeptBytes(int most) {
        this.most = most;
    }

    /** Keeps all of them as far as there is room, and gives them back. */
    byte[] keep(byte[] more) {
        keep(more, 0, more.length);
        return more;
    }

    void keep(byte[] more, int offset, int length) {
        int room = most - bytes.size();
        if (room > 0) {
            bytes.write(more, offset, Math.min(room, length));
        }
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }
}
