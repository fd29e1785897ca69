package org.gatehouse.supervisor.fleet;

import java.util.Objects;

/**
 * What is wrong with a deployment. Immutable.
 *
 * @param kind the class of problem, for programs
 * @param field which field of the deployment, such as {@code sizing.gpus}
 * @param what what is wrong, with which value, in one sentence
 * @param advice what to do about it, in one sentence
 */
public record DeploymentProblem(Kind kind, String field, String what, String advice) {

    /** What can be wrong with a deployment. */
    public enum Kind {
        /** The name is not one. */
        NAME_INVALID,
        /** The public name, or an adapter's, is not one. */
        PUBLIC_NAME_INVALID,
        /** Another deployment or adapter has this public name. */
        PUBLIC_NAME_TAKEN,
        /** A number or duration is out of its range. */
        OUT_OF_RANGE,
        /** A GPU was asked for twice. */
        GPU_TWICE,
        /** The engine, or this release of it, is not set up. */
        ENGINE_UNKNOWN,
        /** The engine cannot do what was asked for. */
        ENGINE_CANNOT,
        /** An extra argument is unknown, dangerous, or the deployment's own business. */
        ARGUMENT_REFUSED,
        /** The model is not in the store, or its seal does not hold. */
        MODEL_UNKNOWN,
        /** The model's files cannot be used: no configuration, truncated weights and the like. */
        MODEL_UNUSABLE,
        /** An adapter's directory is not there, or there are no slots for it. */
        ADAPTER_UNUSABLE
    }

    /** Checks that everything is there. */
    public DeploymentProblem {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(field, "field");
        Objects.requireNonNull(what, "what");
        Objects.requireNonNull(advice, "advice");
    }

    /** What happened, with which thing, what to do. */
    public String message() {
        return field + ": " + what + " " + advice;
    }
}
