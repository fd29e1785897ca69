package org.gatehouse.audit;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A page of search results.
 *
 * @param entries newest or oldest first, as asked
 * @param next where the next page starts; {@code null} on the last one
 * @param upToDate false when the database was behind the journal, so that the newest rows may be missing
 */
public record TrailPage(List<TrailEntry> entries, @Nullable Cursor next, boolean upToDate) {

    /** Copies the list. */
    public TrailPage {
        entries = List.copyOf(entries);
    }

    /** A place between two rows. Opaque to callers: pass on its text. */
    public record Cursor(long atMicros, long position) {

        /** Its text form, safe in a URL. */
        public String text() {
            byte[] bytes = ByteBuffer.allocate(16).putLong(atMicros).putLong(position).array();
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }

        /** @throws IllegalArgumentException when the text is no cursor */
        public static Cursor parse(String text) {
            ByteBuffer in = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            if (in.remaining() != 16) {
                throw new IllegalArgumentException("not a cursor of this list");
            }
            return new Cursor(in.getLong(), in.getLong());
        }
    }
}
