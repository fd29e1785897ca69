package org.gatehouse.gateway.exchange;

import java.util.List;
import java.util.Objects;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/** Whose call a call claims to be; nobody has checked it yet. Immutable. */
public sealed interface Claim {

    /** A client shows its key. */
    record Presented(@Nullable String text) implements Claim {
        /** Without the key. */
        @Override
        public String toString() {
            return "Presented[" + (text == null ? "nothing" : "a key") + "]";
        }
    }

    /**
     * A client shows no key, and its connection a certificate that the listener's client authority issued.
     *
     * @param names what the certificate is called, the most exact name first
     */
    record Certified(List<String> names) implements Claim {
        /** Copies the names. */
        public Certified {
            names = List.copyOf(names);
        }
    }

    /**
     * The box carries out what a key ordered earlier, such as a row of a batch. Never made from what a client sent: no secret
     * is shown any more, and whether the key may still do it is looked up as for any call.
     *
     * @param key its id, stable over rotations
     */
    record OnBehalf(UUID key) implements Claim {
        /** Checks that it is there. */
        public OnBehalf {
            Objects.requireNonNull(key, "key");
        }
    }
}
