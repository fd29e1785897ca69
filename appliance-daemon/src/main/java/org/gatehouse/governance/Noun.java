package org.gatehouse.governance;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Reading;

/**
 * One kind of governed thing: read it, make it, change it, delete it. Each change is stored, recorded and in force when
 * the method returns. Thread-safe.
 *
 * @param <T> what is stored
 * @param <D> what somebody wants to be stored
 */
public final class Noun<T extends Record & Governed, D extends Record> {
    private final Jdbi jdbi;
    private final Changes changes;
    private final Rows<T, D> rows;

    Noun(Jdbi jdbi, Changes changes, Rows<T, D> rows) {
        this.jdbi = jdbi;
        this.changes = changes;
        this.rows = rows;
    }

    /** The noun as the API has it, such as {@code departments}. */
    public String name() {
        return rows.noun();
    }

    /** One of them in a message, such as {@code department}. */
    public String one() {
        return rows.one();
    }

    /** How lists can be narrowed. */
    public List<Filter> filters() {
        return rows.filters();
    }

    /** The one with that id. */
    public Optional<T> find(UUID id) {
        return jdbi.withHandle(handle -> rows.find(handle, id));
    }

    /** The one with that id, if it lies in the reach. */
    public Optional<T> find(UUID id, Reach reach) {
        return jdbi.withHandle(handle -> rows.find(handle, id, reach));
    }

    /** All of them. Only for nouns that are few, or for who needs all. */
    public List<T> all() {
        return jdbi.withHandle(handle -> rows.read(handle, Selection.all()));
    }

    /**
     * A piece of the list.
     *
     * @param narrowed values of some of the {@link #filters()} by name
     * @param after the id behind which the piece starts; {@code null} for the beginning
     * @param limit how many at most, at least 1
     */
    public Page<T> list(Map<String, Object> narrowed, @Nullable UUID after, int limit) {
        return list(narrowed, Reach.everything(), after, limit);
    }

    /**
     * A piece of the list of what lies in a reach.
     *
     * @param narrowed values of some of the {@link #filters()} by name
     * @param after the id behind which the piece starts; {@code null} for the beginning
     * @param limit how many at most, at least 1
     */
    public Page<T> list(Map<String, Object> narrowed, Reach reach, @Nullable UUID after, int limit) {
        Selection selection = Selection.all().within(reach, rows.belonging()).page(after, limit + 1);
        for (Filter filter : rows.filters()) {
            Object value = narrowed.get(filter.name());
            if (value != null) {
                selection.and(filter.condition(), value);
            }
        }
        List<T> found = jdbi.withHandle(handle -> rows.read(handle, selection));
        return found.size() <= limit
                ? new Page<>(found, null)
                : new Page<>(found.subList(0, limit), found.get(limit - 1).id());
    }

    /** Makes a new one. */
    public Change<T> create(Actor actor, D draft) {
        return changes.make(actor, change -> rows.insert(change, draft));
    }

    /**
     * Changes one. What {@code edit} is given is what is stored at that moment, so no other change gets lost.
     *
     * @param version refuses the change when the stored one is of another version; {@code null} to not care
     * @param edit gives the new draft, or says what is wrong with the wish
     */
    public Change<T> update(Actor actor, UUID id, @Nullable Long version, Function<D, Reading<D>> edit) {
        return changes.make(actor, change -> {
            T stored = rows.need(change.handle(), id);
            requireVersion(rows.one(), stored, version);
            D before = rows.draft(stored);
            D draft = switch (edit.apply(before)) {
                case Reading.Whole<D>(D value) -> value;
                case Reading.Broken<D>(var errors) -> throw new RefusedException(new Refusal.Invalid(errors));
            };
            return draft.equals(before) ? stored : rows.replace(change, stored, draft);
        });
    }

    /**
     * Deletes one.
     *
     * @param version as in {@link #update}
     * @param cascade whether what depends on it is deleted too; without it such a deletion is refused
     */
    public Change<T> delete(Actor actor, UUID id, @Nullable Long version, boolean cascade) {
        return changes.make(actor, change -> {
            T stored = rows.need(change.handle(), id);
            requireVersion(rows.one(), stored, version);
            rows.remove(change, stored, cascade);
            return stored;
        });
    }

    /** What to send to {@link #update} to leave everything as it is. */
    public D draftOf(T stored) {
        return rows.draft(stored);
    }

    static void requireVersion(String one, Governed stored, @Nullable Long version) {
        if (version != null && version != stored.version()) {
            throw new RefusedException(new Refusal.Stale("The " + one + " " + stored.title() + " is at version "
                    + stored.version() + ", not " + version + ": somebody changed it. Read it again, then try again."));
        }
    }
}
