package org.gatehouse.admin;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.FormSchema.Direction;

/**
 * One thing that the admin API can do: the single source of its route, its checks and its description. Immutable.
 *
 * @param id unique, for generated clients: {@code listDepartments}
 * @param path from the root, with {@code {name}} for a segment that varies
 * @param tag the noun that it belongs to
 * @param body what must be sent; {@code null} when nothing may be
 * @param reply what comes back when it works
 * @param reaching what it makes of callers who may do it for some departments or projects only
 * @param proof what callers must have shown of who they are, beyond being let in
 */
record Operation(String method, String path, String id, String tag, String summary, Permission permission,
        List<Parameter> parameters, boolean versioned, boolean idempotent, @Nullable Body body, Reply reply,
        Handler handler, Reaching reaching, Proof proof) {

    /** Where everything but the document itself lives. */
    static final String BASE = "/api/v1/";

    /** What an operation makes of callers whose reach is limited. */
    enum Reaching {
        /** It does not know of reach, so such callers are refused. */
        REFUSED,
        /** It shows or changes nothing that is anybody's in particular. */
        SAME_FOR_ALL,
        /** It keeps to {@link Call#reach()}. */
        WITHIN
    }

    /** What callers must have shown of who they are. */
    enum Proof {
        /** What lets them in. */
        USUAL,
        /** People, that they are still there. */
        RECENT,
        /** That too, and tokens for programs will not do. */
        NO_PROGRAM
    }

    /** One that refuses callers whose reach is limited. */
    Operation(String method, String path, String id, String tag, String summary, Permission permission,
            List<Parameter> parameters, boolean versioned, boolean idempotent, @Nullable Body body, Reply reply,
            Handler handler) {
        this(method, path, id, tag, summary, permission, parameters, versioned, idempotent, body, reply, handler,
                Reaching.REFUSED, Proof.USUAL);
    }

    /** Does it. */
    @FunctionalInterface
    interface Handler {
        Answer answer(Call call);
    }

    /**
     * What must be sent.
     *
     * @param type a form
     * @param optional whether nothing at all may be sent instead
     * @param yaml whether YAML will do too
     * @param largest how many bytes it may have
     * @param coding how it is written
     */
    record Body(Class<? extends Record> type, Direction direction, boolean optional, boolean yaml, int largest,
            Coding coding) {

        /** How a body is written. */
        enum Coding {
            /** JSON, or YAML where that will do too. */
            TEXT,
            /** A form as browsers send them. */
            FORM,
            /** Any bytes; {@link Call#sent()} holds them as a binary node. */
            BYTES
        }

        /** What stands for the type of a body that is just bytes. */
        record Bytes() {}

        Body(Class<? extends Record> type, Direction direction, boolean optional, boolean yaml, int largest) {
            this(type, direction, optional, yaml, largest, Coding.TEXT);
        }

        static Body form(Class<? extends Record> type, int largest) {
            return new Body(type, Direction.REQUEST, false, false, largest, Coding.FORM);
        }

        static Body bytes(int largest) {
            return new Body(Bytes.class, Direction.REQUEST, false, false, largest, Coding.BYTES);
        }

        /** What any body may have that does not say otherwise. */
        static final int USUAL_LARGEST = 1 << 20;

        static Body optional(Class<? extends Record> type) {
            return new Body(type, Direction.REQUEST, true, false, USUAL_LARGEST);
        }

        static Body of(Class<? extends Record> type) {
            return new Body(type, Direction.REQUEST, false, false, USUAL_LARGEST);
        }

        static Body patch(Class<? extends Record> type) {
            return new Body(type, Direction.PATCH, false, false, USUAL_LARGEST);
        }
    }

    /** What comes back. */
    sealed interface Reply {

        /** One form. */
        record One(int status, Class<? extends Record> type) implements Reply {}

        /** A piece of a list of forms. */
        record Many(Class<? extends Record> type) implements Reply {}

        /** Nothing: 204. */
        record Nothing() implements Reply {}

        /** Any JSON object. */
        record Any() implements Reply {}

        /** Nothing but where to go on: 303. */
        record Elsewhere() implements Reply {}

        /** Bytes of that type. */
        record Bytes(String contentType) implements Reply {}
    }

    static Operation get(String path, String id, String tag, String summary, Reply reply, Handler handler) {
        return new Operation("GET", path, id, tag, summary, Permission.VIEW, List.of(), false, false, null, reply,
                handler);
    }

    static Operation post(String path, String id, String tag, String summary, @Nullable Body body, Reply reply,
            Handler handler) {
        return new Operation("POST", path, id, tag, summary, Permission.CHANGE, List.of(), false, false, body, reply,
                handler);
    }

    static Operation patch(String path, String id, String tag, String summary, Body body, Reply reply,
            Handler handler) {
        return new Operation("PATCH", path, id, tag, summary, Permission.CHANGE, List.of(), true, false, body, reply,
                handler);
    }

    static Operation delete(String path, String id, String tag, String summary, Handler handler) {
        return new Operation("DELETE", path, id, tag, summary, Permission.CHANGE, List.of(), true, false, null,
                new Reply.Nothing(), handler);
    }

    Operation needing(Permission other) {
        return new Operation(method, path, id, tag, summary, other, parameters, versioned, idempotent, body, reply,
                handler, reaching, proof);
    }

    Operation with(Parameter... more) {
        List<Parameter> all = new ArrayList<>(parameters);
        all.addAll(List.of(more));
        return new Operation(method, path, id, tag, summary, permission, List.copyOf(all), versioned, idempotent, body,
                reply, handler, reaching, proof);
    }

    /** Takes an {@code If-Match} header. */
    Operation matchingVersion() {
        return new Operation(method, path, id, tag, summary, permission, parameters, true, idempotent, body, reply,
                handler, reaching, proof);
    }

    /** Takes an {@code Idempotency-Key} header. */
    Operation repeatable() {
        return new Operation(method, path, id, tag, summary, permission, parameters, versioned, true, body, reply,
                handler, reaching, proof);
    }

    /** Is open to callers whose reach is limited, too. */
    Operation reaching(Reaching other) {
        return new Operation(method, path, id, tag, summary, permission, parameters, versioned, idempotent, body, reply,
                handler, other, proof);
    }

    /** People must have shown who they are within the last minutes. */
    Operation afterRecentLogin() {
        return proven(Proof.RECENT);
    }

    /**
     * The same, and no {@linkplain ApiToken token for a program} does: what leads to the box's secrets, or to another way in, would
     * outlive the token that was taken away.
     */
    Operation byNoProgram() {
        return proven(Proof.NO_PROGRAM);
    }

    private Operation proven(Proof other) {
        return new Operation(method, path, id, tag, summary, permission, parameters, versioned, idempotent, body, reply,
                handler, reaching, other);
    }

    /** Whether people must have shown who they are within the last minutes. */
    boolean recent() {
        return proof != Proof.USUAL;
    }

    /** Whether it lets pass query parameters that it does not know. */
    boolean takesOthers() {
        return parameters.stream().anyMatch(parameter -> parameter.name().equals(Parameter.OTHERS));
    }

    /** The path's segments, without the leading empty one. */
    List<String> segments() {
        return List.of(path.substring(1).split("/"));
    }
}
