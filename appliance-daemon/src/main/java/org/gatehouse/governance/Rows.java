package org.gatehouse.governance;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.jdbi.v3.core.Handle;

/**
 * The SQL and the rules of one noun. The methods that change something run inside {@link Changes} and throw
 * {@link RefusedException}; they note what they did in the change set.
 *
 * @param <T> what is stored
 * @param <D> what somebody wants to be stored
 */
interface Rows<T extends Record & Governed, D extends Record> {

    /** The noun as the API has it, such as {@code departments}. */
    String noun();

    /** One of them in a message, such as {@code department}. */
    String one();

    /** How lists of it can be narrowed. */
    List<Filter> filters();

    /** How they belong to parts of a reach; to nobody when a noun does not say. */
    default Belonging belonging() {
        return Belonging.TO_NOBODY;
    }

    /** Reads rows in the order of their ids. */
    List<T> read(Handle handle, Selection selection);

    /** The column that {@link Selection#of} compares for one row. */
    String idColumn();

    /** What to send to get what is stored. */
    D draft(T stored);

    /** Stores a new one. */
    T insert(ChangeSet changes, D draft);

    /** Makes the stored one as the draft wants it. */
    T replace(ChangeSet changes, T stored, D draft);

    /** Removes it, and with {@code cascade} what depends on it; without, refuses when something does. */
    void remove(ChangeSet changes, T stored, boolean cascade);

    /** The one with that id. */
    default Optional<T> find(Handle handle, UUID id) {
        return read(handle, Selection.of(idColumn() + " = :value", id)).stream().findFirst();
    }

    /** The one with that id, if it lies in the reach. */
    default Optional<T> find(Handle handle, UUID id, Reach reach) {
        return read(handle, Selection.of(idColumn() + " = :value", id).within(reach, belonging())).stream()
                .findFirst();
    }

    /** The one with that id, or a refusal. */
    default T need(Handle handle, UUID id) {
        return find(handle, id).orElseThrow(() -> RefusedException.absent(absent(id)));
    }

    /** The one that a draft's member refers to, or a refusal that names the member. */
    default T refer(Handle handle, String field, UUID id) {
        return find(handle, id).orElseThrow(() -> RefusedException.invalid(field, "names no " + one() + ": " + id));
    }

    /** Says that there is none, and what to do. */
    default String absent(UUID id) {
        return "There is no " + one() + " with id " + id + ". List them with GET /api/v1/" + noun() + ".";
    }
}
