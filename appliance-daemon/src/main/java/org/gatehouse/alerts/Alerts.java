package org.gatehouse.alerts;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.AlertDestination;
import org.gatehouse.governance.AlertKind;
import org.gatehouse.governance.AlertRule;
import org.gatehouse.governance.Governance;
import org.gatehouse.store.Database;

/**
 * What is wrong on this box, and who was told. Looks every five seconds on a thread of its own, so no call waits for it; what the
 * store or the trail does not take is tried again in the next round. Thread-safe.
 */
public final class Alerts implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Alerts.class.getName());
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Duration KEPT = Duration.ofDays(90);
    private static final int MOST_RECORDS = 1000;
    private static final String NOUN = "alerts";

    private final Rooms rooms;
    private final Map<AlertKind, Supplier<List<Finding>>> sources;
    private final AlertRows rows;
    private final Webhook webhook;
    private final Mail mail;
    private final Courier courier;
    private final ReentrantLock lock = new ReentrantLock();
    private final Watch watch;
    /** Guarded by the lock, as all that follows: alerts that the store does not have as they are now. */
    private final Map<UUID, Alert> unwritten = new LinkedHashMap<>();
    private final Deque<AdminRecord> unrecorded = new ArrayDeque<>();
    private final Set<AlertKind> failing = EnumSet.noneOf(AlertKind.class);
    private List<AlertRule> rules = List.of();
    private List<AlertDestination> destinations = List.of();
    private boolean loaded;
    private volatile @Nullable AdminRecord lastTried;
    private Instant forgotten = Instant.EPOCH;
    private volatile long revision;
    private volatile List<Alert> current = List.of();
    private final Thread thread;
    private volatile boolean closed;

    /**
     * What it works with.
     *
     * @param client for webhooks
     */
    public record Rooms(Governance governance, Database database, AdminTrail trail, UpstreamClient client, Clock clock,
            Supplier<UUID> ids) {}

    private Alerts(Rooms rooms, Map<AlertKind, Supplier<List<Finding>>> sources) {
        this.rooms = rooms;
        this.sources = Map.copyOf(sources);
        this.rows = new AlertRows(rooms.database());
        this.webhook = new Webhook(rooms.client(), rooms.clock());
        this.mail = new Mail();
        this.courier = new Courier(this::bring, rooms.governance().alertDestinations()::find, rooms.clock(),
                Thread::sleep);
        this.watch = new Watch(rooms.trail().node(), rooms.ids());
        this.thread = Thread.ofPlatform().daemon().name("alerts").unstarted(this::work);
    }

    /**
     * Begins to look. Makes the built-in rules where there are none.
     *
     * @param sources by what they see; called one after the other, so quick
     */
    public static Alerts open(Rooms rooms, Map<AlertKind, Supplier<List<Finding>>> sources) {
        BuiltInRules.makeWhereNone(rooms.governance());
        Alerts alerts = new Alerts(rooms, sources);
        alerts.thread.start();
        return alerts;
    }

    /** The same without a thread: {@link #look} is up to the caller. */
    public static Alerts still(Rooms rooms, Map<AlertKind, Supplier<List<Finding>>> sources) {
        return new Alerts(rooms, sources);
    }

    private void work() {
        while (!closed) {
            try {
                look();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "A round of alerts broke off; the next one follows.", e);
            }
            try {
                Thread.sleep(EVERY);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    /** One round. */
    public void look() {
        Instant now = rooms.clock().instant();
        lock.lock();
        try {
            refresh();
            List<AlertRule> enabled = rules.stream().filter(AlertRule::enabled).toList();
            for (Watch.Change change : watch.round(now, enabled, findings(enabled))) {
                unwritten.put(change.alert().id(), change.alert());
                if (change.verb() != Watch.Verb.REMIND) {
                    record(Actor.system(NOUN), now, change.verb().name().toLowerCase(java.util.Locale.ROOT),
                            change.alert());
                }
                if (change.told()) {
                    tell(change.verb() == Watch.Verb.RESOLVE ? "resolved" : "open", change.alert());
                }
            }
            publish();
            write(now);
        } finally {
            lock.unlock();
        }
        carry();
    }

    /** What is governed, as far as the store answers; else what was last known. */
    private void refresh() {
        try {
            rules = BuiltInRules.inForce(rooms.governance().alertRules().all());
            destinations = rooms.governance().alertDestinations().all();
            UUID node = rooms.trail().node();
            if (!loaded) {
                watch.load(rows.unresolved(node));
                loaded = true;
            }
            // Another box of the fleet may have been asked to acknowledge what this one sees.
            for (Alert stored : rows.unresolved(node)) {
                if (stored.state() == Alert.State.ACKNOWLEDGED && !unwritten.containsKey(stored.id())) {
                    watch.find(stored.id()).filter(known -> known.state() == Alert.State.OPEN)
                            .ifPresent(known -> watch.acknowledge(known, String.valueOf(stored.acknowledgedBy()),
                                    stored.acknowledgedAt() == null ? stored.since() : stored.acknowledgedAt(),
                                    stored.note()));
                }
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "The store does not tell the rules of alerts; the last known hold.", e);
        }
    }

    private Map<AlertKind, List<Finding>> findings(List<AlertRule> enabled) {
        Map<AlertKind, List<Finding>> found = new EnumMap<>(AlertKind.class);
        sources.forEach((kind, source) -> {
            if (enabled.stream().noneMatch(rule -> rule.kind() == kind)) {
                return;
            }
            try {
                found.put(kind, source.get());
                failing.remove(kind);
            } catch (RuntimeException e) {
                if (failing.add(kind)) {
                    LOG.log(System.Logger.Level.WARNING, "Alerts can't look at " + kind.id()
                            + " for now, and try again.", e);
                }
            }
        });
        return found;
    }

    private void publish() {
        List<Alert> now = watch.unresolved();
        if (!now.stream().map(Alerts::shown).toList().equals(current.stream().map(Alerts::shown).toList())) {
            revision++;
        }
        current = now;
    }

    /** What of an alert is news to somebody who looks at it. */
    private static List<Object> shown(Alert alert) {
        return List.of(alert.id(), alert.state(), alert.severity(), alert.message());
    }

    private void record(Actor actor, Instant now, String verb, Alert alert) {
        if (unrecorded.size() >= MOST_RECORDS) {
            unrecorded.removeFirst();
        }
        unrecorded.add(actor.did(rooms.ids().get(), now, verb, NOUN, alert.id().toString(), null, alert.tree()));
    }

    private void write(Instant now) {
        try {
            for (Alert alert : List.copyOf(unwritten.values())) {
                rows.write(alert);
                unwritten.remove(alert.id());
            }
            if (now.isAfter(forgotten.plus(Duration.ofHours(1)))) {
                rows.forget(now.minus(KEPT));
                forgotten = now;
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "Alerts wait for the store.", e);
        }
    }

    /** Without the lock: the trail may take its time, and readers shall not wait for it. */
    private void carry() {
        while (true) {
            AdminRecord next;
            lock.lock();
            try {
                next = unrecorded.peekFirst();
            } finally {
                lock.unlock();
            }
            if (next == null) {
                return;
            }
            try {
                // One that did not become durable in time may have become so since.
                if (next != lastTried || !rooms.trail().holds(next)) {
                    lastTried = next;
                    rooms.trail().append(next);
                }
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.DEBUG, "Records of alerts wait for the trail.", e);
                return;
            }
            lock.lock();
            try {
                unrecorded.remove(next);
            } finally {
                lock.unlock();
            }
        }
    }

    private void tell(String event, Alert alert) {
        List<String> named = rules.stream().filter(rule -> rule.id().equals(alert.ruleId()))
                .map(AlertRule::destinations).findFirst().orElse(List.of());
        Notice notice = Notice.of(event, rooms.clock().instant(), rooms.trail().node(), alert);
        destinations.stream()
                .filter(destination -> destination.enabled()
                        && (named.isEmpty() || named.contains(destination.name()))
                        && alert.severity().compareTo(destination.leastSeverity()) >= 0)
                .forEach(destination -> courier.send(destination.id(), rooms.ids().get(), notice));
    }

    private Delivery bring(AlertDestination destination, UUID delivery, Notice notice) {
        return bring(destination, rooms.governance().alertSecret(destination.id()).orElse(null), delivery, notice);
    }

    private Delivery bring(AlertDestination destination, @Nullable String secret, UUID delivery, Notice notice) {
        return switch (destination.kind()) {
            case WEBHOOK -> webhook.post(destination, secret, delivery, notice.json());
            case MAIL -> mail.send(destination, secret, delivery, notice);
        };
    }

    /** Those that are not over on this box, the oldest first. Takes no time. */
    public List<Alert> current() {
        return current;
    }

    /** Grows when {@link #current} changes in a way that somebody would want to see. */
    public long revision() {
        return revision;
    }

    /**
     * Alerts of all boxes, the newest first.
     *
     * @param state one of them; {@code null}: those that are not over
     * @param kind one of them; {@code null} for all
     * @param after the id behind which to go on; {@code null} for the beginning
     */
    public List<Alert> list(Alert.@Nullable State state, @Nullable AlertKind kind, @Nullable UUID after, int limit) {
        return rows.list(state, kind, after, limit);
    }

    /** The one with that id. */
    public Optional<Alert> find(UUID id) {
        return rows.find(id);
    }

    /** What came of looking after an alert. */
    public sealed interface Acknowledgement {

        /** It is known who does. */
        record Done(Alert alert) implements Acknowledgement {}

        /** Somebody does already, or it is over. */
        record Late(Alert alert) implements Acknowledgement {}

        /** There is no such alert. */
        record Absent() implements Acknowledgement {}
    }

    /** Somebody looks after it. Of two at once one wins. */
    public Acknowledgement acknowledge(Actor actor, UUID id, @Nullable String note) {
        lock.lock();
        Alert after;
        try {
            Optional<Alert> known = watch.find(id).or(() -> rows.find(id));
            if (known.isEmpty()) {
                return new Acknowledgement.Absent();
            }
            Alert before = known.get();
            if (before.state() != Alert.State.OPEN) {
                return new Acknowledgement.Late(before);
            }
            Instant now = rooms.clock().instant();
            after = watch.acknowledge(before, actor.title(), now, note);
            record(actor, now, "acknowledge", after);
            unwritten.put(after.id(), after);
            publish();
            write(now);
        } finally {
            lock.unlock();
        }
        carry();
        return new Acknowledgement.Done(after);
    }

    /** Tries a destination: whether it took a message, and what it said. Takes a minute at most. */
    public Trial test(AlertDestination destination) {
        return test(destination, rooms.governance().alertSecret(destination.id()).orElse(null));
    }

    /**
     * Tries one that need not be stored.
     *
     * @param secret its own; {@code null} for none
     */
    public Trial test(AlertDestination destination, @Nullable String secret) {
        Notice notice = Notice.test(rooms.clock().instant(), rooms.trail().node(), destination.name());
        return switch (bring(destination, secret, rooms.ids().get(), notice)) {
            case Delivery.Taken(String answer) -> new Trial(true, "The alert destination " + destination.name()
                    + " took the message (" + answer + ").");
            case Delivery.Failed(String message, boolean _) -> new Trial(false, message);
        };
    }

    /** What came of a test. */
    public record Trial(boolean ok, String message) {}

    /** Messages that destinations took since the start. */
    public long delivered() {
        return courier.delivered();
    }

    /** Messages that were given up since the start. */
    public long failed() {
        return courier.failed();
    }

    /** Messages that fell out of a line that was full, or whose destination is gone. */
    public long dropped() {
        return courier.dropped();
    }

    /** Messages that wait. */
    public int waiting() {
        return courier.waiting();
    }

    /** Looks no more, and breaks off what is being delivered; the next start goes on with what is wrong then. */
    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.interrupt();
        if (thread.isAlive()) {
            thread.join(Duration.ofSeconds(5));
        }
        courier.close();
    }
}
