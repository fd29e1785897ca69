package org.gatehouse.setup;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.setup.SetupStep.Status;

/**
 * The set-up of this box: its steps, each tried before it is accepted, all or nothing, and kept, so that it goes on after
 * a power cut where it was. Answers are accepted one at a time. Thread-safe.
 */
public final class SetUp {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final SetupRooms rooms;
    private final SetupRows rows;
    private final Claims claims;
    private final List<Step<?>> steps;
    /** Held while an answer is tried and brought into force. */
    private final ReentrantLock accepting = new ReentrantLock();

    private SetUp(SetupRooms rooms, SetupRows rows, Claims claims, List<Step<?>> steps) {
        this.rooms = rooms;
        this.rows = rows;
        this.claims = claims;
        this.steps = List.copyOf(steps);
    }

    /** Takes up the set-up where it was. A box that is governed already needs none. */
    public static SetUp open(SetupRooms rooms) {
        SetupRows rows = new SetupRows(rooms.database(), rooms.secrets(), rooms.clock());
        rows.begin();
        SetUp setUp = new SetUp(rooms, rows,
                new Claims(rows, rooms.people().sessions(), rooms.secrets().apiKeyPepper(), rooms.data(),
                        rooms.trail(), rooms.clock(), rooms.nanoTime(), rooms.ids(), rooms.random()),
                Steps.of(rooms, rows));
        setUp.leaveWhatIsGoverned();
        return setUp;
    }

    /** Ends a set-up that nobody has begun on a box that is governed already. */
    public void leaveWhatIsGoverned() {
        boolean begun = rows.state().phase() != Phase.UNCLAIMED
                || steps().stream().anyMatch(step -> step.status() != Status.OPEN);
        if (!begun && (!rooms.governance().departments().all().isEmpty()
                || !rooms.governance().upstreams().all().isEmpty())) {
            rows.finish();
            claims.erase();
        }
    }

    /** Who may do it. */
    public Claims claims() {
        return claims;
    }

    /** How far it is. */
    public Phase phase() {
        return rows.state().phase();
    }

    /**
     * How far it is, with times.
     *
     * @param codeExpiresAt until when the open code counts; {@code null} for none
     * @param claimedAt when it was last claimed; {@code null} for never
     */
    public record Progress(Phase phase, @Nullable Instant codeExpiresAt, @Nullable Instant claimedAt) {}

    /** How far it is, with times. */
    public Progress progress() {
        SetupState state = rows.state();
        return new Progress(state.phase(), state.codeExpiresAt(), state.claimedAt());
    }

    /** Whether this is a box for show. */
    public boolean simulated() {
        return rooms.simulated();
    }

    /** All steps, in order. */
    public List<SetupStep> steps() {
        return steps.stream().map(step -> rows.step(step.name())).toList();
    }

    /** One step; empty when there is none of that name. */
    public Optional<SetupStep> step(String name) {
        return named(name).map(step -> rows.step(step.name()));
    }

    private Optional<Step<?>> named(String name) {
        return steps.stream().<Step<?>>map(step -> step).filter(step -> step.name().equals(name)).findFirst();
    }

    /** What the box knows that helps to answer a step. */
    public ObjectNode found(String name, Asking asking) {
        ObjectNode found = named(name).map(step -> step.found(asking)).orElseGet(NODES::objectNode);
        found.set("suggested", Suggestions.in(rooms.data()).of(name));
        return found;
    }

    /** What came of an answer, or of the wish to change a step. */
    public sealed interface Accepted {

        /**
         * The step is stored so.
         *
         * @param secrets shown this once; empty for none
         */
        record Stored(SetupStep step, ObjectNode secrets) implements Accepted {

            /** Leaves the secrets out. */
            @Override
            public String toString() {
                return "Stored[" + step.name() + "]";
            }
        }

        /** It was tried, and it is no good. */
        record Failed(List<Check> checks) implements Accepted {}

        /** Nothing was changed. */
        record Refused(Refusal refusal) implements Accepted {}

        /** Somebody else changed it meanwhile. */
        record Stale(SetupStep current) implements Accepted {}

        /** Another answer has been tried for too long. */
        record Busy() implements Accepted {}
    }

    /** What came of trying an answer. */
    public sealed interface Tried {

        /** These were the checks. */
        record Checked(List<Check> checks) implements Tried {}

        /** It cannot be read. */
        record Refused(Refusal refusal) implements Tried {}
    }

    /** Tries an answer, live; changes nothing. */
    public Tried check(String name, JsonNode answer, Asking asking) {
        return named(name).map(step -> check(step, answer, asking)).orElseThrow();
    }

    private static <A extends Record> Tried check(Step<A> step, JsonNode answer, Asking asking) {
        return switch (Json.read(answer, step.form())) {
            case Reading.Whole<A>(A form) -> new Tried.Checked(step.check(form, asking));
            case Reading.Broken<A>(var errors) -> new Tried.Refused(new Refusal.Invalid(errors));
        };
    }

    /**
     * Tries an answer and brings it into force.
     *
     * @param version refuses when the step is of another version by now; {@code null} to not care
     */
    public Accepted answer(String name, JsonNode answer, @Nullable Long version, Asking asking) {
        Step<?> step = named(name).orElseThrow();
        return alone(() -> answer(step, answer, version, asking));
    }

    private <A extends Record> Accepted answer(Step<A> step, JsonNode answer, @Nullable Long version, Asking asking) {
        SetupStep before = rows.step(step.name());
        if (version != null && version != before.version()) {
            return new Accepted.Stale(before);
        }
        return switch (Json.read(answer, step.form())) {
            case Reading.Broken<A>(var errors) -> new Accepted.Refused(new Refusal.Invalid(errors));
            case Reading.Whole<A>(A form) -> {
                List<Check> checks = step.check(form, asking);
                yield checks.stream().allMatch(Check::ok)
                        ? keep(before, step.accept(form, asking), asking.actor())
                        : new Accepted.Failed(checks);
            }
        };
    }

    private Accepted keep(SetupStep before, Outcome outcome, Actor actor) {
        return switch (outcome) {
            case Outcome.Done(ObjectNode answer, ObjectNode result, ObjectNode secrets) ->
                stored(before, Status.DONE, null, answer, result, null, secrets, actor);
            case Outcome.Awaiting(ObjectNode answer, ObjectNode result, ObjectNode secrets, String pending) -> stored(
                    before, before.status() == Status.DONE ? Status.DONE : Status.OPEN, null, answer, result, pending,
                    secrets, actor);
            case Outcome.Failed(List<Check> checks) -> new Accepted.Failed(checks);
            case Outcome.Refused(Refusal refusal) -> new Accepted.Refused(refusal);
        };
    }

    private Accepted stored(SetupStep before, Status status, @Nullable String reason, @Nullable JsonNode answer,
            @Nullable JsonNode result, @Nullable String pending, ObjectNode secrets, Actor actor) {
        Optional<SetupStep> now = rows.store(before, status, reason, answer, result, pending);
        if (now.isEmpty()) {
            return new Accepted.Stale(rows.step(before.name()));
        }
        ObjectNode after = NODES.objectNode().put("status", Json.tree(now.get()).get("status").textValue());
        if (reason != null) {
            after.put("reason", reason);
        }
        note(actor, status == Status.SKIPPED ? "skip" : "answer", before.name(), after);
        return new Accepted.Stored(now.get(), secrets);
    }

    /** Leaves a step out, for now. What it made before stays. */
    public Accepted skip(String name, String reason, @Nullable Long version, Actor actor) {
        Step<?> step = named(name).orElseThrow();
        return alone(() -> {
            SetupStep before = rows.step(step.name());
            return version != null && version != before.version()
                    ? new Accepted.Stale(before)
                    : stored(before, Status.SKIPPED, reason, before.answer(), before.result(), null,
                            NODES.objectNode(), actor);
        });
    }

    private interface Work {
        Accepted run();
    }

    private Accepted alone(Work work) {
        try {
            if (!accepting.tryLock(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS)) {
                return new Accepted.Busy();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Accepted.Busy();
        }
        try {
            return work.run();
        } finally {
            accepting.unlock();
        }
    }

    /** What came of the wish to finish. */
    public sealed interface Finishing {

        /** The set-up is over. */
        record Finished() implements Finishing {}

        /** These steps are open. */
        record Open(List<String> steps) implements Finishing {}

        /** Nobody could sign in afterwards. */
        record ShutOut() implements Finishing {}
    }

    /** Ends the set-up and the claim, unless a step is open or nobody could come in any more. */
    public Finishing finish(Actor actor) {
        List<String> open = steps().stream().filter(step -> step.status() == Status.OPEN).map(SetupStep::name)
                .toList();
        if (!open.isEmpty()) {
            return new Finishing.Open(open);
        }
        if (phase() != Phase.FINISHED && shutsEverybodyOut()) {
            return new Finishing.ShutOut();
        }
        if (rows.finish()) {
            claims.erase();
            note(actor, "finish", "setup", NODES.objectNode());
        }
        return new Finishing.Finished();
    }

    /** Elsewhere the admin token's file opens the door; on an appliance nobody gets at any file. */
    private boolean shutsEverybodyOut() {
        return !rooms.machine().recorded() && !rooms.people().breakGlass().isSetUp()
                && rooms.people().signOn().open().isEmpty();
    }

    private void note(Actor actor, String verb, String thing, ObjectNode after) {
        rooms.trail().append(actor.did(rooms.ids().get(), rooms.clock().instant(), verb, "setup", thing, null, after));
    }
}
