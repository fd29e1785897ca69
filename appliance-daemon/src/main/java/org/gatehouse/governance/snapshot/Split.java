package org.gatehouse.governance.snapshot;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * A canary or an A/B comparison: calls are given to arms by their subject, and each subject stays with its arm. A change
 * of shares moves no more subjects than it must. Immutable.
 *
 * @param id its name: another one gives the subjects out anew
 * @param subject what stays together
 * @param arms at least two with different names and targets; the first is the control
 */
public record Split(String id, Subject subject, List<Arm> arms) {

    /** What stays together. */
    public enum Subject {
        /** A conversation; a call without one is given out by its key. */
        SESSION,
        /** All calls of an API key. */
        KEY,
        /** All calls of an end user; a call that names none is given out by its key. */
        USER;

        /** The name in the API, lower case. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One side of the comparison.
     *
     * @param share of the subjects, relative to the other arms', at least 0
     * @param targets which serve it; not empty
     */
    public record Arm(String name, int share, Set<UUID> targets) {

        /** Copies the set and checks the range. */
        public Arm {
            Objects.requireNonNull(name, "name");
            targets = Set.copyOf(targets);
            if (share < 0 || targets.isEmpty()) {
                throw new IllegalArgumentException("an arm has a share of at least 0 and a target");
            }
        }
    }

    /** Checks the arms. */
    public Split {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(subject, "subject");
        arms = List.copyOf(arms);
        Set<String> names = new HashSet<>();
        Set<UUID> targets = new HashSet<>();
        long shares = 0;
        for (Arm arm : arms) {
            shares += arm.share();
            if (!names.add(arm.name())) {
                throw new IllegalArgumentException("two arms are called '" + arm.name() + "'");
            }
            for (UUID target : arm.targets()) {
                if (!targets.add(target)) {
                    throw new IllegalArgumentException("a target is in two arms");
                }
            }
        }
        if (arms.size() < 2 || shares == 0) {
            throw new IllegalArgumentException("a split has at least two arms and a share that is more than 0");
        }
    }

    /** All subjects to one arm; the others stay, with nothing, so that this can be taken back. */
    public Split promote(String arm) {
        requireArm(arm);
        long total = arms.stream().mapToLong(Arm::share).sum();
        return with(arms.stream().map(each -> new Arm(each.name(),
                each.name().equals(arm) ? (int) Math.min(total, Integer.MAX_VALUE) : 0, each.targets())).toList());
    }

    /** All subjects back to the control. */
    public Split rollBack() {
        return promote(arms.getFirst().name());
    }

    /** An arm with another share. */
    public Split share(String arm, int share) {
        requireArm(arm);
        return with(arms.stream()
                .map(each -> each.name().equals(arm) ? new Arm(each.name(), share, each.targets()) : each).toList());
    }

    private Split with(List<Arm> others) {
        return new Split(id, subject, others);
    }

    private void requireArm(String name) {
        if (arms.stream().noneMatch(arm -> arm.name().equals(name))) {
            throw new IllegalArgumentException("the split '" + id + "' has no arm '" + name + "'");
        }
    }
}
