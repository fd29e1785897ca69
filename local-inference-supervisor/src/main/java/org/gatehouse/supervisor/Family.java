package org.gatehouse.supervisor;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.gatehouse.supervisor.Signals.Signal;

/**
 * All processes of one engine: its root, whatever runs in the root's session or group, their descendants, and, by the marker in
 * the environment, those that left all of these. Remembers whom it has seen, because vLLM's EngineCore survives its API
 * server, holds the GPU memory and is then nobody's child (vllm#55510, #19849). Used by one thread at a time.
 */
final class Family {
    private final ProcessTable table;
    private final long root;
    private final boolean ownSession;
    private final boolean watchedByUs;
    private final String marker;
    private final String unit;
    private final Map<Long, Member> known = new LinkedHashMap<>();

    private Family(ProcessTable table, long root, boolean ownSession, boolean watchedByUs, String marker,
            String unit) {
        this.table = table;
        this.root = root;
        this.ownSession = ownSession;
        this.watchedByUs = watchedByUs;
        this.marker = marker;
        this.unit = unit;
    }

    /** The family of a process that this supervisor has just started and will see ending. */
    static Family of(ProcessTable table, long root, boolean ownSession, String marker) {
        Family family = new Family(table, root, ownSession, true, marker, "");
        ProcessEntry entry = table.read(root);
        if (entry != null) {
            family.known.put(root, family.member(entry));
        }
        return family;
    }

    /** The family that a manifest of an earlier daemon tells of. */
    static Family of(ProcessTable table, Manifest manifest) {
        Family family = new Family(table, manifest.root(), manifest.ownSession(), false, manifest.marker(),
                manifest.unit());
        if (manifest.bootId().equals(table.bootId())) {
            manifest.members().forEach(member -> family.known.put(member.pid(), member));
        }
        return family;
    }

    /** The root's process id. */
    long root() {
        return root;
    }

    /** Whether the root lives. Cheap, unlike {@link #living}. */
    boolean rootLives() {
        ProcessEntry entry = table.read(root);
        return entry != null && isKnown(entry);
    }

    /** Everybody seen, for the manifest. */
    List<Member> members() {
        return List.copyOf(known.values());
    }

    /** Looks again. Returns whether somebody came or changed, so that the manifest must be written anew. */
    boolean look() {
        Map<Long, Member> before = Map.copyOf(known);
        known.keySet().retainAll(living(false));
        return !before.equals(known);
    }

    /**
     * The members that live now.
     *
     * @param deep also reads every process's environment for the marker: finds more and costs more
     */
    Set<Long> living(boolean deep) {
        Map<Long, ProcessEntry> now = table.read();
        Map<Long, ProcessEntry> living = new HashMap<>();
        for (ProcessEntry entry : now.values()) {
            if (isKnown(entry) || deep && carriesMark(entry)) {
                living.put(entry.pid(), entry);
            }
        }
        // While a session or group has a member, the kernel gives its number to no new process. So the number can be trusted
        // if a proven member is in it, or if the root was still ours a moment ago.
        boolean trusted = watchedByUs || living.values().stream().anyMatch(this::isInSession);
        boolean grew = true;
        while (grew) {
            grew = false;
            for (ProcessEntry entry : now.values()) {
                if (living.containsKey(entry.parent()) || trusted && isInSession(entry)) {
                    grew |= living.put(entry.pid(), entry) == null;
                }
            }
        }
        living.remove(ProcessHandle.current().pid());
        living.values().forEach(entry -> known.put(entry.pid(), member(entry)));
        return living.keySet();
    }

    /**
     * A pid proves nothing: start time and either session or command must agree too. The command alone would not do, because
     * programs rewrite it (setproctitle), nor the session alone, because the first reading may come before setsid(2).
     */
    private boolean isKnown(ProcessEntry entry) {
        Member member = known.get(entry.pid());
        if (member == null || member.startedAt() != entry.startedAt()) {
            return false;
        }
        return watchedByUs || isInSession(entry) || member.session() != 0 && member.session() == entry.session()
                || !member.commandHash().isEmpty() && member.commandHash().equals(table.commandHash(entry.pid()))
                || carriesMark(entry);
    }

    /** The kernel keeps a unit's processes together however they fork, and tells so even of another user's. */
    private boolean carriesMark(ProcessEntry entry) {
        return table.carries(entry.pid(), marker) || !unit.isEmpty() && table.isInUnit(entry.pid(), unit);
    }

    /**
     * Number 0 leads nothing: the kernel shows it for a root that was never noted, and for every session and group whose leader
     * lives outside of this pid namespace, our own among them (pid_namespaces(7)).
     */
    private boolean isInSession(ProcessEntry entry) {
        return ownSession && root > 0 && (entry.session() == root || entry.group() == root);
    }

    private Member member(ProcessEntry entry) {
        Member member = known.get(entry.pid());
        if (member != null && member.startedAt() == entry.startedAt() && member.session() == entry.session()) {
            return member;
        }
        return new Member(entry.pid(), entry.startedAt(), entry.session(), table.commandHash(entry.pid()));
    }

    /** Signals these members: the group at once, so that nobody slips through by forking, then who is outside of it. */
    void signal(Signals signals, Set<Long> living, Signal signal) {
        List<ProcessEntry> targets = table.read().values().stream()
                .filter(entry -> living.contains(entry.pid()) && isSame(entry)).toList();
        if (targets.stream().anyMatch(this::isInGroup)) {
            signals.toGroup(root, signal);
        }
        targets.stream().filter(entry -> !isInGroup(entry)).forEach(entry -> signals.toProcess(entry.pid(), signal));
    }

    private boolean isSame(ProcessEntry entry) {
        Member member = known.get(entry.pid());
        return member != null && member.startedAt() == entry.startedAt();
    }

    private boolean isInGroup(ProcessEntry entry) {
        return ownSession && root > 0 && entry.group() == root;
    }
}
