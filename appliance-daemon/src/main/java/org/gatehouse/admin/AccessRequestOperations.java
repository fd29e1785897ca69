package org.gatehouse.admin;

import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.Operation.Reaching;
import org.gatehouse.governance.AccessRequest;
import org.gatehouse.governance.AccessRequestDraft;
import org.gatehouse.governance.AccessRequests;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Change;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Key;
import org.gatehouse.governance.Reach;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.User;
import org.gatehouse.governance.form.About;

/** Asking for models, and deciding about it: by who leads the department or governs, never by who asked. */
final class AccessRequestOperations {
    private static final String NOUN = "access-requests";
    private static final String ONE = Operation.BASE + NOUN + "/{id}";

    private final AccessRequests requests;
    private final Governance governance;

    AccessRequestOperations(Governance governance) {
        this.requests = governance.accessRequests();
        this.governance = governance;
    }

    /** What is said to a request. */
    record DecisionDraft(
            @About(value = "To whoever asked: why, or what to heed.", max = 1000, multiline = true) @Nullable String note) {}

    /** Brings a request to an end. */
    @FunctionalInterface
    private interface Decision {
        Change<AccessRequest> make(Actor actor, UUID id, @Nullable Long version, @Nullable String note);
    }

    List<Operation> all() {
        NounOperations<AccessRequest, AccessRequestDraft> usual = new NounOperations<>(requests.noun(),
                AccessRequest.class, AccessRequestDraft.class, Access.usual().seenBy(Reaching.WITHIN)
                        .changedWithin(Permission.MANAGE_KEYS));
        return List.of(usual.list(), usual.read(),
                Operation.post(Operation.BASE + NOUN, "createAccessRequest", NOUN,
                        "Asks that a project, and a key of it if one is named, may use a model.",
                        Operation.Body.of(AccessRequestDraft.class),
                        new Operation.Reply.One(201, AccessRequest.class), this::ask)
                        .needing(Permission.MANAGE_KEYS).reaching(Reaching.WITHIN),
                decision("approve", "Grants what was asked for, at once.", requests::approve),
                decision("decline", "Grants nothing of what was asked for.", requests::decline),
                Operation.post(ONE + "/withdraw", "withdrawAccessRequest", NOUN,
                        "Takes back what one has asked for oneself.", null,
                        new Operation.Reply.One(200, AccessRequest.class), this::withdraw).matchingVersion()
                        .needing(Permission.MANAGE_KEYS).reaching(Reaching.WITHIN));
    }

    private Operation decision(String verb, String summary, Decision decision) {
        return Operation.post(ONE + "/" + verb, verb + "AccessRequest", NOUN, summary,
                Operation.Body.optional(DecisionDraft.class), new Operation.Reply.One(200, AccessRequest.class),
                call -> {
                    requireOthers(call);
                    return NounOperations.answer(decision.make(call.actor(), call.id(), call.version(),
                            call.form(DecisionDraft.class).note()));
                }).matchingVersion().needing(Permission.MANAGE_PROJECTS).reaching(Reaching.WITHIN);
    }

    private AccessRequest found(Call call) {
        return requests.noun().find(call.id(), call.reach()).orElseThrow(() -> new Call.Ended(
                Problem.absent("There is no access request with id " + call.id() + ".")));
    }

    /** Within the departments that somebody leads, and nobody's own: only an appliance admin could grant it anyway. */
    private void requireOthers(Call call) {
        AccessRequest wish = found(call);
        if (call.reach() instanceof Reach.Parts parts && !parts.departments().contains(wish.departmentId())) {
            throw new Call.Ended(Problem.forbidden("Whoever leads the department " + wish.department()
                    + " decides about this request. Ask them."));
        }
        User user = call.identity().user();
        if (user != null && user.id().equals(wish.requesterId()) && !user.roles().contains(Role.APPLIANCE_ADMIN)) {
            throw new Call.Ended(Problem.forbidden("This request is your own: somebody else decides about it. You can"
                    + " withdraw it."));
        }
    }

    private Answer ask(Call call) {
        AccessRequestDraft sent = call.form(AccessRequestDraft.class);
        User user = call.identity().user();
        AccessRequestDraft draft = user != null && sent.requesterId() == null ? sent.askedBy(user.id()) : sent;
        if (call.reach() instanceof Reach.Parts parts) {
            hold(parts, draft);
        }
        return switch (requests.ask(call.actor(), draft)) {
            case Change.Made<AccessRequest>(AccessRequest made) -> new Answer.Json(201,
                    org.gatehouse.governance.form.Json.tree(made), Operation.BASE + NOUN + "/" + made.id(),
                    made.version());
            case Change.Refused<AccessRequest>(var refusal) -> new Answer.Failed(Problem.of(refusal));
        };
    }

    private void hold(Reach.Parts parts, AccessRequestDraft draft) {
        if (governance.projects().find(draft.projectId(), parts).isEmpty()) {
            throw new Call.Ended(Problem.invalid("projectId",
                    "must be a project that you develop in or whose department you lead"));
        }
        if (draft.requesterId() == null || !draft.requesterId().equals(parts.person())) {
            throw new Call.Ended(Problem.invalid("requesterId", "must be yourself"));
        }
        UUID key = draft.keyId();
        if (key != null) {
            Key stored = governance.keys().noun().find(key, parts).orElseThrow(
                    () -> new Call.Ended(Problem.invalid("keyId", "names no key: " + key)));
            boolean own = stored.ownerId() != null && stored.ownerId().equals(parts.person());
            if (!own && !parts.departments().contains(stored.departmentId())) {
                throw new Call.Ended(Problem.invalid("keyId", "must be a key of yours"));
            }
        }
    }

    private Answer withdraw(Call call) {
        AccessRequest wish = found(call);
        if (call.reach() instanceof Reach.Parts parts
                && (wish.requesterId() == null || !wish.requesterId().equals(parts.person()))) {
            throw new Call.Ended(Problem.forbidden("The request is somebody else's. Who leads the department can"
                    + " decline it."));
        }
        return NounOperations.answer(requests.withdraw(call.actor(), call.id(), call.version()));
    }
}
