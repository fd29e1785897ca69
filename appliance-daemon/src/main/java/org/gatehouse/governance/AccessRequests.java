package org.gatehouse.governance;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.AccessRequest.State;

/**
 * Wishes to use models: made, decided, withdrawn. An approval grants what was asked for in the same change. Who may decide
 * is the admin API's business. Thread-safe; of two who decide at once one wins, and the other is told who that was.
 */
public final class AccessRequests {
    private final Jdbi jdbi;
    private final Changes changes;
    private final Nouns nouns;

    AccessRequests(Jdbi jdbi, Changes changes, Nouns nouns) {
        this.jdbi = jdbi;
        this.changes = changes;
        this.nouns = nouns;
    }

    /** To list and read them. They are made and changed with the methods here. */
    public Noun<AccessRequest, AccessRequestDraft> noun() {
        return new Noun<>(jdbi, changes, nouns.accessRequests());
    }

    /** Asks. Refused for what may be used already, and for what is asked for already. */
    public Change<AccessRequest> ask(Actor actor, AccessRequestDraft draft) {
        return changes.make(actor, change -> nouns.accessRequests().insert(change, draft));
    }

    /**
     * Grants what was asked for: the project may use the model, and the key if one was named.
     *
     * @param version refuses when the request is of another version; {@code null} to not care
     * @param note to whoever asked; {@code null} for none
     */
    public Change<AccessRequest> approve(Actor actor, UUID id, @Nullable Long version, @Nullable String note) {
        return changes.make(actor, change -> {
            AccessRequest wish = pending(change, id, version);
            grant(change, wish);
            return nouns.accessRequests().enter(change, wish, State.APPROVED, "approve", note);
        });
    }

    /** Grants nothing. Parameters as in {@link #approve}. */
    public Change<AccessRequest> decline(Actor actor, UUID id, @Nullable Long version, @Nullable String note) {
        return changes.make(actor, change -> nouns.accessRequests().enter(change, pending(change, id, version),
                State.DECLINED, "decline", note));
    }

    /** Takes a wish back that nobody has decided about yet. */
    public Change<AccessRequest> withdraw(Actor actor, UUID id, @Nullable Long version) {
        return changes.make(actor, change -> nouns.accessRequests().enter(change, pending(change, id, version),
                State.WITHDRAWN, "withdraw", null));
    }

    private AccessRequest pending(ChangeSet change, UUID id, @Nullable Long version) {
        AccessRequest wish = nouns.accessRequests().need(change.handle(), id);
        // Before the version: whoever comes second learns what was decided rather than that something has changed.
        if (wish.state() != State.PENDING) {
            throw RefusedException.conflict("The request " + wish.title() + " was " + wish.state().id() + " by "
                    + wish.decidedBy() + " at " + wish.decidedAt() + ". Nothing was changed; make a new request if it"
                    + " is still wanted.");
        }
        Noun.requireVersion("request", wish, version);
        return wish;
    }

    private void grant(ChangeSet change, AccessRequest wish) {
        if (Checks.count(change.handle(), "SELECT COUNT(*) FROM model WHERE name = :value", wish.model()) == 0) {
            throw RefusedException.conflict("There is no model named " + wish.model()
                    + " any more. Decline the request.");
        }
        Project project = nouns.projects().need(change.handle(), wish.projectId());
        if (!project.allows(wish.model())) {
            nouns.projects().replace(change, project, project.draft().using(with(project.models(), wish.model())));
        }
        UUID keyId = wish.keyId();
        if (keyId == null) {
            return;
        }
        Key key = nouns.keys().need(change.handle(), keyId);
        if (!key.projectId().equals(project.id())) {
            throw RefusedException.conflict("The key " + key.title() + " has moved to another project since. Decline"
                    + " the request.");
        }
        if (!key.allows(wish.model())) {
            nouns.keys().replace(change, key, key.draft().using(with(key.models(), wish.model())));
        }
    }

    private static List<String> with(List<String> models, String another) {
        List<String> all = new ArrayList<>(models);
        all.add(another);
        return List.copyOf(all);
    }
}
