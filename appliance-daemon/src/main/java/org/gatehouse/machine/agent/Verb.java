package org.gatehouse.machine.agent;

import java.io.IOException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** One thing that the agent does for the daemon. Implementations trust nothing that they are asked with. */
public interface Verb {

    /** What it is called, such as {@code update.install}. */
    String name();

    /** Whether it changes the machine. Those run one after the other. */
    boolean changes();

    /**
     * Does it.
     *
     * @param asked an object; never trusted
     * @throws Refused when it may not or can't be done; then everything is as it was
     * @throws IOException when the machine failed; says what is left
     */
    ObjectNode run(JsonNode asked, Progress progress) throws Refused, IOException, InterruptedException;

    /** What a verb does; see {@link #run}. */
    @FunctionalInterface
    interface Doing {
        /** Does it. */
        ObjectNode run(JsonNode asked, Progress progress) throws Refused, IOException, InterruptedException;
    }

    /** One that changes the machine. */
    static Verb changing(String name, Doing doing) {
        return new Named(name, true, doing);
    }

    /** One that only looks. */
    static Verb looking(String name, Doing doing) {
        return new Named(name, false, doing);
    }

    /** One that touches nothing that others change, and so need not wait for an update that takes minutes. */
    static Verb apart(String name, Doing doing) {
        return new Named(name, false, doing);
    }

    /** A verb as it is written down in a list of them. */
    record Named(String name, boolean changes, Doing doing) implements Verb {
        @Override
        public ObjectNode run(JsonNode asked, Progress progress) throws Refused, IOException, InterruptedException {
            return doing.run(asked, progress);
        }
    }
}
