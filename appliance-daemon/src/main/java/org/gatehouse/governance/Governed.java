package org.gatehouse.governance;

import java.util.UUID;

/** Something that is governed. All of its kinds are immutable records and double as the admin API's answers. */
public interface Governed {

    /** UUIDv7; never changes. */
    UUID id();

    /** Grows by one with each change; the admin API's entity tag. */
    long version();

    /** What to call it in a message or in the trail. */
    String title();
}
