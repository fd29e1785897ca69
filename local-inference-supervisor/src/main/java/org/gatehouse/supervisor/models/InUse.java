package org.gatehouse.supervisor.models;

import java.util.Optional;

/** Tells whether somebody still needs a model. Must be thread-safe. */
@FunctionalInterface
public interface InUse {
    /** Who uses it, in words such as {@code deployment chat-large}; empty when nobody does. */
    Optional<String> userOf(StoredModel model);
}
