package org.gatehouse.batch;

import java.time.Clock;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.governance.AdminTrail;

/** Writes down what clients do with their files and batches, before it is done. Thread-safe. */
record Deeds(AdminTrail trail, Clock clock, Supplier<UUID> ids) {

    /** Returns once it is durable. */
    void did(Client client, String verb, String noun, String thing, @Nullable ObjectNode after) {
        trail.append(new AdminRecord(ids.get(), clock.instant(), client.actor(), client.address(), verb, noun, thing,
                null, after == null ? null : after.toString(), client.requestId()));
    }
}
