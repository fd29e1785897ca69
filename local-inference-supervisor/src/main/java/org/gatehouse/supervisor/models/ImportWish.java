package org.gatehouse.supervisor.models;

import java.util.List;

/**
 * A model that somebody wants in the store. What does not hold (a bad name, a pattern that is none) is told by
 * {@link ModelStore#begin}, not here.
 *
 * @param name the model's name in the store, {@code name} or {@code organisation/name}
 * @param source where it comes from
 * @param by who wants it, for the manifest
 * @param content what becomes of files that run code
 * @param only glob patterns of the paths wanted, such as {@code *Q4_K_M*.gguf}; none means all
 * @param except glob patterns of paths to leave out, such as <code>original/**</code>
 */
public record ImportWish(String name, ModelSource source, String by, ContentPolicy content, List<String> only,
        List<String> except) {

    /** Copies the patterns. */
    public ImportWish {
        only = List.copyOf(only);
        except = List.copyOf(except);
    }

    /** All of a source's files, with what runs code refused. */
    public static ImportWish of(String name, ModelSource source, String by) {
        return new ImportWish(name, source, by, ContentPolicy.strict(), List.of(), List.of());
    }

    /** This wish with another handling of files that run code. */
    public ImportWish with(ContentPolicy changed) {
        return new ImportWish(name, source, by, changed, only, except);
    }

    /** This wish for the paths that match one of these patterns. */
    public ImportWish only(String... patterns) {
        return new ImportWish(name, source, by, content, List.of(patterns), except);
    }

    /** This wish without the paths that match one of these patterns. */
    public ImportWish except(String... patterns) {
        return new ImportWish(name, source, by, content, only, List.of(patterns));
    }
}
