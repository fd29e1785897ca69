package org.gatehouse.store;

import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;

/**
 * New identifiers: UUIDv7 (RFC 9562), so that they sort by the time they were made and index pages fill in order.
 * Strictly increasing within one instance. Thread-safe.
 */
public final class Ids implements Supplier<UUID> {

    private final TimeBasedEpochGenerator generator = Generators.timeBasedEpochGenerator();

    /** The next identifier. */
    @Override
    public UUID get() {
        return generator.generate();
    }
}
