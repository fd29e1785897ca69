package org.gatehouse.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Change;
import org.gatehouse.governance.Governed;
import org.gatehouse.governance.Noun;
import org.gatehouse.governance.Page;
import org.gatehouse.governance.Reach;
import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;

/** What every noun can do: list, read, make, change, delete. */
final class NounOperations<T extends Record & Governed, D extends Record> {
    static final Parameter LIMIT = Parameter.number("limit", "How many at most; 100 when not said.", 1, 1000);
    static final Parameter AFTER = Parameter.id("after", "The next of the answer before; absent for the beginning.");
    private static final int USUAL_LIMIT = 100;

    private final Noun<T, D> noun;
    private final Class<T> view;
    private final Class<D> draft;
    private final Access access;
    private final Fence<D> fence;
    private final UnaryOperator<T> masked;
    private final String path;
    private final String capital;

    /** For a noun that is closed to callers whose reach is limited. */
    NounOperations(Noun<T, D> noun, Class<T> view, Class<D> draft) {
        this(noun, view, draft, Access.usual(), Fence.none());
    }

    NounOperations(Noun<T, D> noun, Class<T> view, Class<D> draft, Access access) {
        this(noun, view, draft, access, Fence.none());
    }

    NounOperations(Noun<T, D> noun, Class<T> view, Class<D> draft, Access access, Fence<D> fence) {
        this(noun, view, draft, access, fence, UnaryOperator.identity());
    }

    /**
     * For a noun that not everybody sees whole.
     *
     * @param masked what those see of a thing who may not change it
     */
    NounOperations(Noun<T, D> noun, Class<T> view, Class<D> draft, Access access, UnaryOperator<T> masked) {
        this(noun, view, draft, access, Fence.none(), masked);
    }

    private NounOperations(Noun<T, D> noun, Class<T> view, Class<D> draft, Access access, Fence<D> fence,
            UnaryOperator<T> masked) {
        this.masked = masked;
        this.access = access;
        this.fence = fence;
        this.noun = noun;
        this.view = view;
        this.draft = draft;
        this.path = Operation.BASE + noun.name();
        this.capital = capital(noun.one());
    }

    /** As part of an operation's id: {@code sign-on provider} becomes {@code SignOnProvider}. */
    private static String capital(String words) {
        StringBuilder joined = new StringBuilder();
        for (String word : words.split("[^A-Za-z]+")) {
            joined.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
        }
        return joined.toString();
    }

    /** All five, with deletion cascading where something can depend on it. */
    List<Operation> all(boolean cascading) {
        List<Operation> operations = new ArrayList<>(List.of(list(), read(), make(), change()));
        Operation delete = delete();
        operations.add(cascading
                ? delete.with(Parameter.flag("cascade", "Whether what depends on it is deleted too."))
                : delete);
        return operations;
    }

    Operation list() {
        Parameter[] filters = noun.filters().stream()
                .map(filter -> filter.type() == UUID.class
                        ? Parameter.id(filter.name(), filter.about())
                        : Parameter.text(filter.name(), filter.about()))
                .toArray(Parameter[]::new);
        String plural = capital(noun.name());
        return Operation.get(path, "list" + plural, noun.name(), "Lists " + noun.name() + ", oldest first.",
                new Operation.Reply.Many(view), this::list).with(filters).with(LIMIT, AFTER).needing(access.see())
                .reaching(access.seeing());
    }

    Operation read() {
        return Operation.get(path + "/{id}", "get" + capital, noun.name(), "Reads one " + noun.one() + ".",
                new Operation.Reply.One(200, view), this::read).needing(access.see()).reaching(access.seeing());
    }

    Operation make() {
        return changing(Operation.post(path, "create" + capital, noun.name(), "Makes a " + noun.one() + ".",
                Operation.Body.of(draft), new Operation.Reply.One(201, view), this::make), access.changing());
    }

    Operation change() {
        return changing(Operation.patch(path + "/{id}", "update" + capital, noun.name(),
                "Changes a " + noun.one() + " (JSON merge patch): absent members stay as they are.",
                Operation.Body.patch(draft), new Operation.Reply.One(200, view), this::change), access.changing());
    }

    Operation delete() {
        return changing(Operation.delete(path + "/{id}", "delete" + capital, noun.name(),
                "Deletes a " + noun.one() + ".", this::delete), Operation.Reaching.REFUSED);
    }

    private Operation changing(Operation operation, Operation.Reaching reaching) {
        Operation open = operation.needing(access.change()).reaching(reaching);
        return access.recent() ? open.afterRecentLogin() : open;
    }

    private Answer list(Call call) {
        Page<T> found = noun.list(call.query(), seen(call), call.query("after", UUID.class).orElse(null),
                call.query("limit", Integer.class).orElse(USUAL_LIMIT));
        return page(found.items().stream().map(thing -> shown(call, thing)).toList(),
                found.next() == null ? null : found.next().toString());
    }

    private Answer read(Call call) {
        return noun.find(call.id(), seen(call)).<Answer>map(found -> one(200, shown(call, found)))
                .orElseGet(() -> new Answer.Failed(absent(call)));
    }

    /** How far a caller sees: what is the same for all belongs to no part of anybody's reach. */
    private Reach seen(Call call) {
        return access.seeing() == Operation.Reaching.SAME_FOR_ALL ? Reach.everything() : call.reach();
    }

    private T shown(Call call, T thing) {
        return call.identity().may(access.change()) ? thing : masked.apply(thing);
    }

    private Answer make(Call call) {
        D wanted = call.form(draft);
        fence.hold(call, null, wanted);
        return switch (noun.create(call.actor(), wanted)) {
            case Change.Made<T>(T made) ->
                new Answer.Json(201, Json.tree(made), path + "/" + made.id(), made.version());
            case Change.Refused<T>(Refusal refusal) -> new Answer.Failed(Problem.of(refusal));
        };
    }

    private Answer change(Call call) {
        requireReach(call);
        return answer(noun.update(call.actor(), call.id(), call.version(), before -> {
            Reading<D> after = merged(before, call.sent());
            if (after instanceof Reading.Whole<D>(D wanted)) {
                fence.hold(call, before, wanted);
            }
            return after;
        }));
    }

    /** What lies beyond somebody's reach is not there for them. */
    private void requireReach(Call call) {
        if (noun.find(call.id(), call.reach()).isEmpty()) {
            throw new Call.Ended(absent(call));
        }
    }

    private Problem absent(Call call) {
        return Problem.absent("There is no " + noun.one() + " with id " + call.id() + ".");
    }

    Reading<D> merged(D before, JsonNode patch) {
        return Json.read(Json.merge(Json.treeWithSecrets(before), patch), draft);
    }

    private Answer delete(Call call) {
        noun.find(call.id()).ifPresent(stored -> fence.hold(call, noun.draftOf(stored), null));
        return switch (noun.delete(call.actor(), call.id(), call.version(), call.flag("cascade"))) {
            case Change.Made<T> _ -> new Answer.Nothing();
            case Change.Refused<T>(Refusal refusal) -> new Answer.Failed(Problem.of(refusal));
        };
    }

    /** What came of a change, with the thing as it is now. */
    static <T extends Record & Governed> Answer answer(Change<T> change) {
        return switch (change) {
            case Change.Made<T>(T made) -> one(200, made);
            case Change.Refused<T>(Refusal refusal) -> new Answer.Failed(Problem.of(refusal));
        };
    }

    static <T extends Record & Governed> Answer one(int status, T thing) {
        return new Answer.Json(status, Json.tree(thing), null, thing.version());
    }

    static Answer page(List<? extends Record> items, @Nullable String next) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        ArrayNode array = tree.putArray("items");
        items.forEach(item -> array.add(Json.tree(item)));
        tree.put("next", next);
        return Answer.Json.of(tree);
    }
}
