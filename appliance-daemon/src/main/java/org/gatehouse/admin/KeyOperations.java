package org.gatehouse.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Change;
import org.gatehouse.governance.IssuedKey;
import org.gatehouse.governance.Key;
import org.gatehouse.governance.KeyDraft;
import org.gatehouse.governance.Keys;
import org.gatehouse.governance.NewKeyDraft;
import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.User;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;

/** What keys can do beyond the usual. */
final class KeyOperations {
    private static final String PATH = Operation.BASE + "keys";
    private static final String ONE = PATH + "/{id}";
    /** Long enough to try things, short enough for a page that was left open. */
    private static final Duration TRIAL_LIFE = Duration.ofMinutes(15);

    private final Keys keys;
    private final KeyFence fence;

    KeyOperations(Keys keys, KeyFence fence) {
        this.keys = keys;
        this.fence = fence;
    }

    /** How to rotate. */
    record RotationDraft(
            @About(value = "How long the secret before stays valid, in seconds; as settings say when left out.", max = 2_592_000) @Nullable Long overlapSeconds) {}

    /** For whom models are tried. */
    record TrialDraft(@About("The project that the calls belong to, and that pays them.") UUID projectId) {}

    /** Changes a key's state. */
    @FunctionalInterface
    private interface Transition {
        Change<Key> make(Actor actor, UUID id, @Nullable Long version);
    }

    List<Operation> all() {
        NounOperations<Key, KeyDraft> usual = new NounOperations<>(keys.noun(), Key.class, KeyDraft.class,
                Access.usual().seenBy(Operation.Reaching.WITHIN).changedWithin(Permission.MANAGE_KEYS), fence);
        return new ArrayList<>(List.of(usual.list(), usual.read(), usual.change(), usual.delete(),
                Operation.post(PATH, "createKey", "keys",
                        "Makes a key. The answer is the only place where its secret ever shows.",
                        Operation.Body.of(NewKeyDraft.class), new Operation.Reply.One(201, IssuedKey.class),
                        this::create).repeatable().needing(Permission.MANAGE_KEYS)
                        .reaching(Operation.Reaching.WITHIN),
                Operation.post(ONE + "/rotate", "rotateKey", "keys",
                        "Gives a key a new secret; the one before stays valid for the overlap.",
                        Operation.Body.optional(RotationDraft.class),
                        new Operation.Reply.One(200, IssuedKey.class), this::rotate).matchingVersion().repeatable()
                        .needing(Permission.MANAGE_KEYS).reaching(Operation.Reaching.WITHIN),
                Operation.post(Operation.BASE + "playground-keys", "createPlaygroundKey", "keys",
                        "Gives whoever asks a secret for chats on behalf of a project, for "
                                + TRIAL_LIFE.toMinutes()
                                + " minutes. It belongs to a key of theirs in the project, which is"
                                + " made when it is first wanted: its calls are limited, charged and recorded like all"
                                + " others, and the trail names them.",
                        Operation.Body.of(TrialDraft.class), new Operation.Reply.One(201, IssuedKey.class),
                        this::tryOut).needing(Permission.MANAGE_KEYS).reaching(Operation.Reaching.WITHIN),
                transition("disable", "Refuses a key's calls until it is enabled again.", keys::disable),
                transition("enable", "Takes a disabled key's calls again.", keys::enable),
                transition("revoke", "Refuses a key's calls for ever.", keys::revoke)));
    }

    private Operation transition(String verb, String summary, Transition transition) {
        return Operation.post(ONE + "/" + verb, verb + "Key", "keys", summary, null,
                new Operation.Reply.One(200, Key.class),
                call -> {
                    if ("enable".equals(verb)) {
                        fence.holdLed(call);
                    } else {
                        fence.holdStored(call);
                    }
                    return NounOperations.answer(transition.make(call.actor(), call.id(), call.version()));
                })
                .matchingVersion().needing(Permission.MANAGE_KEYS).reaching(Operation.Reaching.WITHIN);
    }

    private Answer create(Call call) {
        NewKeyDraft draft = fence.owned(call, call.form(NewKeyDraft.class));
        fence.hold(call, null, draft.binding());
        return issued(201, keys.create(call.actor(), draft, call.idempotencyKey()));
    }

    private Answer rotate(Call call) {
        fence.holdStored(call);
        Long seconds = call.form(RotationDraft.class).overlapSeconds();
        return issued(200, keys.rotate(call.actor(), call.id(), call.version(),
                seconds == null ? null : Duration.ofSeconds(seconds), call.idempotencyKey()));
    }

    private Answer tryOut(Call call) {
        UUID project = call.form(TrialDraft.class).projectId();
        User user = call.identity().user();
        UUID owner = user == null ? null : user.id();
        fence.hold(call, null, new KeyDraft(project, "playground", owner, KeyDraft.EVERYTHING, KeyDraft.EVERYTHING,
                List.of(), null));
        return issued(201, keys.tryOut(call.actor(), project, owner, TRIAL_LIFE));
    }

    private static Answer issued(int status, Change<IssuedKey> change) {
        return switch (change) {
            case Change.Made<IssuedKey>(IssuedKey issued) -> new Answer.Json(status, Json.tree(issued),
                    status == 201 ? PATH + "/" + issued.key().id() : null, issued.key().version());
            case Change.Refused<IssuedKey>(Refusal refusal) -> new Answer.Failed(Problem.of(refusal));
        };
    }
}
