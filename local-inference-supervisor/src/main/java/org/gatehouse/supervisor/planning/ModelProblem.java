package org.gatehouse.supervisor.planning;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Why a model directory cannot be used. Immutable.
 *
 * @param kind the class of problem, for programs
 * @param file the file or directory that is at fault
 * @param what what is wrong with it, in one sentence
 * @param advice what to do about it, in one sentence
 */
public record ModelProblem(Kind kind, Path file, String what, String advice) {

    /** What can be wrong with a model directory. */
    public enum Kind {
        /** There is no such directory. */
        NO_DIRECTORY,
        /** The directory has no {@code config.json} (and no GGUF file). */
        NO_CONFIG,
        /** {@code config.json} is no JSON object, or a field has a value that cannot be. */
        CONFIG_INVALID,
        /** {@code config.json} lacks a field without which memory cannot be computed. */
        CONFIG_INCOMPLETE,
        /** There is no weight file. */
        NO_WEIGHTS,
        /** The index of the shards is no JSON object, or names a file outside of the directory. */
        INDEX_INVALID,
        /** A shard that the index names is not there. */
        SHARD_MISSING,
        /** A weight file ends before its data does. */
        TRUNCATED,
        /** A weight file goes on after its data, or has data that no tensor claims. */
        SURPLUS_DATA,
        /** A weight file announces a header larger than the format allows. */
        HEADER_TOO_LARGE,
        /** A weight file's header cannot be read. */
        HEADER_INVALID,
        /** The same tensor stands in a file twice, or in two files. */
        TENSOR_TWICE,
        /** Two tensors claim the same bytes. */
        TENSORS_OVERLAP,
        /** A tensor's bytes do not match its type and shape. */
        TENSOR_SIZE,
        /** The index promises a tensor that no shard holds. */
        TENSOR_MISSING,
        /** A tensor or the configuration uses a number format that is not known here. */
        UNKNOWN_TYPE,
        /** The directory holds several models, and nothing says which one is meant. */
        SEVERAL_MODELS,
        /** The operating system refuses to read it. */
        UNREADABLE
    }

    /** Checks that everything is there. */
    public ModelProblem {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(what, "what");
        Objects.requireNonNull(advice, "advice");
    }

    /** What happened, with which file, what to do. */
    public String message() {
        return what + " (" + file + "). " + advice;
    }
}
