package org.gatehouse.admin;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Key;
import org.gatehouse.governance.KeyDraft;
import org.gatehouse.governance.NewKeyDraft;
import org.gatehouse.governance.Project;
import org.gatehouse.governance.Reach;
import org.gatehouse.governance.User;

/**
 * Who may touch which keys: leads those of their departments, developers their own in the projects that they develop in.
 * Stateless.
 */
final class KeyFence implements Fence<KeyDraft> {
    private final Governance governance;

    KeyFence(Governance governance) {
        this.governance = governance;
    }

    /** A key that a person makes without saying whose it is is theirs: it goes when they leave. */
    NewKeyDraft owned(Call call, NewKeyDraft draft) {
        User user = call.identity().user();
        return user == null || call.sent().has("ownerId") ? draft : draft.ownedBy(user.id());
    }

    /** Holds a call that is about a stored key. */
    void holdStored(Call call) {
        Key stored = governance.keys().noun().find(call.id(), call.reach()).orElseThrow(() -> new Call.Ended(
                Problem.absent("There is no key with id " + call.id() + ".")));
        hold(call, governance.keys().noun().draftOf(stored), null);
    }

    /** Holds a call that takes back what somebody may have done for a reason: for leads, not for a key's owner. */
    void holdLed(Call call) {
        holdStored(call);
        Key stored = governance.keys().noun().find(call.id()).orElseThrow();
        if (call.reach() instanceof Reach.Parts parts && !parts.departments().contains(stored.departmentId())) {
            throw new Call.Ended(Problem.forbidden("Whoever leads the department enables a key again. Ask them."));
        }
    }

    private static KeyDraft renamed(KeyDraft key, String name) {
        return new KeyDraft(key.projectId(), name, key.ownerId(), key.models(), key.surfaces(), key.addresses(),
                key.expiresAt());
    }

    @Override
    public void hold(Call call, @Nullable KeyDraft before, @Nullable KeyDraft after) {
        if (!(call.reach() instanceof Reach.Parts parts)) {
            return;
        }
        if (before != null && !leads(parts, before.projectId()) && !isOwn(parts, before)) {
            throw new Call.Ended(Problem.forbidden("The key belongs to somebody else. Its owner, or who leads the"
                    + " department, can do this."));
        }
        if (after != null && !leads(parts, after.projectId())) {
            if (!parts.projects().contains(after.projectId())) {
                throw new Call.Ended(Problem.invalid("projectId", "must be a project that you develop in or whose"
                        + " department you lead"));
            }
            if (!isOwn(parts, after)) {
                throw new Call.Ended(Problem.invalid("ownerId", "must be yourself"));
            }
            if (before != null && !after.equals(renamed(before, after.name()))) {
                throw new Call.Ended(Problem.forbidden("You may give your key another name; what binds it is changed"
                        + " by who leads the department."));
            }
        } else if (after != null) {
            UUID owner = after.ownerId();
            boolean known = before != null && owner != null && owner.equals(before.ownerId());
            if (owner != null && !known && governance.users().find(owner, parts).isEmpty()) {
                throw new Call.Ended(Problem.invalid("ownerId", "must be yourself or somebody of your departments"));
            }
        }
    }

    private static boolean isOwn(Reach.Parts parts, KeyDraft key) {
        return parts.projects().contains(key.projectId()) && key.ownerId() != null
                && key.ownerId().equals(parts.person());
    }

    private boolean leads(Reach.Parts parts, UUID project) {
        return governance.projects().find(project).map(Project::departmentId).filter(parts.departments()::contains)
                .isPresent();
    }
}
