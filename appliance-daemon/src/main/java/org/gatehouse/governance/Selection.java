package org.gatehouse.governance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Which rows to read: conditions joined by {@code AND}. Values are always bound, never part of the SQL. Not thread-safe. */
final class Selection {
    private final List<String> conditions = new ArrayList<>();
    private final Map<String, Object> values = new LinkedHashMap<>();
    private @Nullable UUID after;
    private int limit;

    static Selection all() {
        return new Selection();
    }

    /** One condition; its placeholder must be {@code :value}. */
    static Selection of(String condition, Object value) {
        return all().and(condition, value);
    }

    Selection and(String condition, Object value) {
        String name = "value" + values.size();
        conditions.add(condition.replace(":value", ":" + name));
        values.put(name, value);
        return this;
    }

    /** Narrows to what lies in a reach. */
    Selection within(Reach reach, Belonging belonging) {
        if (!(reach instanceof Reach.Parts parts)) {
            return this;
        }
        List<String> either = new ArrayList<>();
        add(either, belonging.department(), parts.departments());
        add(either, belonging.project(), parts.projects());
        UUID person = parts.person();
        add(either, belonging.person(), person == null ? Set.of() : Set.of(person));
        conditions.add(either.isEmpty() ? "1 = 0" : "(" + String.join(" OR ", either) + ")");
        return this;
    }

    private void add(List<String> either, @Nullable String condition, Set<UUID> ids) {
        if (condition == null) {
            return;
        }
        for (UUID id : ids) {
            String name = "value" + values.size();
            either.add(condition.replace(":value", ":" + name));
            values.put(name, id);
        }
    }

    Selection page(@Nullable UUID behind, int atMost) {
        after = behind;
        limit = atMost;
        return this;
    }

    /** The rows of a {@code SELECT … FROM …} in the order of their ids. */
    Query query(Handle handle, String select, String id) {
        List<String> all = new ArrayList<>(conditions);
        if (after != null) {
            all.add(id + " > :after");
        }
        String where = all.isEmpty() ? "" : " WHERE " + String.join(" AND ", all);
        String rows = limit > 0 ? " FETCH FIRST :limit ROWS ONLY" : "";
        Query query = handle.createQuery(select + where + " ORDER BY " + id + rows);
        values.forEach(query::bind);
        if (after != null) {
            query.bind("after", after);
        }
        return limit > 0 ? query.bind("limit", limit) : query;
    }
}
