package org.gatehouse.gateway.upstream;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.queue.QueueTerms;

/**
 * The engines that come and go on this box, as they are at the moment: whoever supervises them tells, the gateway asks for
 * each call to an upstream whose base URL is {@code deployment:NAME}. Thread-safe; nothing here blocks or does I/O.
 */
public interface LocalEngines {

    /**
     * How a model of the deployment of that name stands now; {@link Standing.Refused} also when there is none.
     *
     * @param model as its engines call it; empty for the deployment's main one
     */
    Standing standing(String deployment, String model);

    /** A call would use the model now: what sleeps may be woken, what is unloaded may be loaded. */
    void wanted(String deployment, String model);

    /** No connection to that instance came about, though it was said to be ready. A hint to look sooner. */
    void unreachable(String deployment, String instance);

    /**
     * A call waits for the model until the watch is closed. The action is run, on any thread, whenever the standing may have changed.
     */
    Watch onChange(String deployment, String model, Runnable action);

    /** Of a box that supervises no engine. */
    static LocalEngines none() {
        return new NoEngines();
    }

    /** Ends what {@link #onChange} began; the action may still run once if it runs already. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /** How a deployment stands. */
    sealed interface Standing {

        /**
         * Calls can go there.
         *
         * @param instances those that serve, at least one
         * @param terms how calls stand in line for the deployment, whichever of its models they name
         */
        record Ready(List<Instance> instances, QueueTerms terms) implements Standing {

            /** Copies the list. */
            public Ready {
                instances = List.copyOf(instances);
                Objects.requireNonNull(terms, "terms");
                if (instances.isEmpty()) {
                    throw new IllegalArgumentException("a deployment without an instance is not ready");
                }
            }

            /** With all places of these, and the usual bounds. */
            public Ready(List<Instance> instances) {
                this(instances,
                        QueueTerms.of(Math.max(1, instances.stream().mapToInt(Instance::places).sum())));
            }
        }

        /**
         * It is on its way.
         *
         * @param left how long until it serves, by the best estimate there is
         */
        record Loading(Duration left) implements Standing {}

        /**
         * It serves once somebody wants it.
         *
         * @param left how long that takes, by the best estimate there is
         */
        record Asleep(Duration left) implements Standing {}

        /**
         * It does not serve, and waiting does not help.
         *
         * @param why half a sentence for callers, such as {@code was stopped by an administrator}
         */
        record Refused(String why) implements Standing {}
    }

    /**
     * An engine that serves.
     *
     * @param name its own for each start: a restarted one has another
     * @param baseUrl {@code unix:/path/to.sock} or {@code http://127.0.0.1:PORT/v1}
     * @param apiKey what it wants as bearer token; {@code null} for nothing
     * @param priorityScheduling whether it heeds a request's priority
     * @param load requests running and waiting there, as it last said
     * @param places calls that it works on at once; others it queues by itself, in the order in which they came
     * @param door where a call goes in
     */
    record Instance(String name, String baseUrl, @Nullable String apiKey, boolean priorityScheduling, int load,
            int places, Door door) {
        /** What vLLM takes on small GPUs unless it is told otherwise. */
        private static final int USUAL_PLACES = 256;

        /** Checks what must be there. */
        public Instance {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(baseUrl, "baseUrl");
            Objects.requireNonNull(door, "door");
            if (places < 1) {
                throw new IllegalArgumentException("an engine that serves has a place");
            }
        }

        /** One that works on as many calls as is usual. */
        public Instance(String name, String baseUrl, @Nullable String apiKey, boolean priorityScheduling, int load,
                Door door) {
            this(name, baseUrl, apiKey, priorityScheduling, load, USUAL_PLACES, door);
        }

        /** One that nobody will take out of service while a call is there. */
        public Instance(String name, String baseUrl, @Nullable String apiKey, boolean priorityScheduling, int load) {
            this(name, baseUrl, apiKey, priorityScheduling, load, () -> () -> {});
        }

        /** Leaves the API key out. */
        @Override
        public String toString() {
            return "Instance[" + name + ", " + baseUrl + ", load " + load + "]";
        }
    }

    /** The way into an engine that may be put to sleep, replaced or evicted: not while a call is inside. */
    @FunctionalInterface
    interface Door {
        /** Goes in; {@code null} when it takes no more calls. Running what comes back goes out again; to be run once. */
        @Nullable
        Runnable enter();
    }
}
