package org.gatehouse.audit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

import org.gatehouse.store.StoredText;

/** Which rows of the trail somebody looks for: all conditions together. Immutable. */
public final class TrailFilter {

    /**
     * A condition.
     *
     * @param sql with one parameter mark; made here only, never from input
     * @param value for the parameter
     */
    record Condition(String sql, Object value) {

        /** The column that it is about. */
        String column() {
            return sql.substring(0, sql.indexOf(' '));
        }
    }

    /** The condition of {@link #from}. */
    static final String FROM = "at_micros >= ?";
    /** The condition of {@link #before}. */
    static final String BEFORE = "at_micros < ?";

    private final List<Condition> conditions;

    private TrailFilter(List<Condition> conditions) {
        this.conditions = List.copyOf(conditions);
    }

    /** Every row. */
    public static TrailFilter any() {
        return new TrailFilter(List.of());
    }

    /** Rows from that time on. Calls are filed under the time they ended. */
    public TrailFilter from(Instant time) {
        return and(FROM, Micros.of(time));
    }

    /** Rows before that time. */
    public TrailFilter before(Instant time) {
        return and(BEFORE, Micros.of(time));
    }

    /** Rows of one kind. */
    public TrailFilter kind(TrailRecord.Kind kind) {
        return and("kind = ?", kind.id());
    }

    /** The row of one call or action. */
    public TrailFilter id(UUID id) {
        return and("id = ?", id);
    }

    /** Calls of a department. */
    public TrailFilter department(UUID id) {
        return and("department_id = ?", id);
    }

    /** Calls of a project. */
    public TrailFilter project(UUID id) {
        return and("project_id = ?", id);
    }

    /** Calls with a key. */
    public TrailFilter key(UUID id) {
        return and("key_id = ?", id);
    }

    /** Calls of a key owner. */
    public TrailFilter user(UUID id) {
        return and("user_id = ?", id);
    }

    /** Calls that asked for a model, by its public name. */
    public TrailFilter model(String name) {
        return text("model = ?", name, 200);
    }

    /** Calls that went to an upstream. */
    public TrailFilter upstream(String name) {
        return text("upstream = ?", name, 200);
    }

    /** Calls of a business scenario. */
    public TrailFilter scenario(String name) {
        return text("scenario = ?", name, 200);
    }

    /** Calls that ended so. */
    public TrailFilter outcome(Outcome outcome) {
        return and("outcome = ?", outcome.name().toLowerCase(Locale.ROOT));
    }

    /** Calls refused or failed with one of the contract's codes. */
    public TrailFilter errorCode(String code) {
        return text("error_code = ?", code, 64);
    }

    /** Rows of a trace. */
    public TrailFilter traceId(String traceId) {
        return text("trace_id = ?", traceId, 64);
    }

    /** Rows of a request. */
    public TrailFilter requestId(String requestId) {
        return text("request_id = ?", requestId, 200);
    }

    /** What an actor did. */
    public TrailFilter actor(String actor) {
        return text("actor = ?", actor, 200);
    }

    /** What was done to a kind of thing. */
    public TrailFilter objectType(String type) {
        return text("object_type = ?", type, 64);
    }

    /** What was done to one thing. */
    public TrailFilter objectId(String id) {
        return text("object_id = ?", id, 200);
    }

    List<Condition> conditions() {
        return conditions;
    }

    private TrailFilter text(String sql, String value, int length) {
        return and(sql, StoredText.fit(value, length));
    }

    private TrailFilter and(String sql, Object value) {
        List<Condition> more = new ArrayList<>(conditions);
        more.add(new Condition(sql, value));
        return new TrailFilter(more);
    }
}
