package org.gatehouse.machine.disks;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.disks.DiskHealth.Health;

/** How the disks are, as the daemon knows it: asked each ten minutes on a thread of its own. Thread-safe. */
public final class Disks implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Disks.class.getName());
    private static final Duration FIRST = Duration.ofSeconds(15);
    private static final Duration EVERY = Duration.ofMinutes(10);
    /** A disk that hangs keeps what asked it, until the kernel gives it up: not one more each ten minutes. */
    private static final Duration AFTER_SILENCE = Duration.ofHours(1);

    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("disks").factory());
    private final AgentClient agent;
    private final Clock clock;
    private final ReentrantLock looking = new ReentrantLock();
    private volatile DiskState state;

    /** Asks nobody until {@link #start} or {@link #look}. */
    public Disks(AgentClient agent, Clock clock) {
        this.agent = agent;
        this.clock = clock;
        this.state = new DiskState(agent.present(), null, List.of(), null);
    }

    /** Begins to ask. */
    public Disks start() {
        if (agent.present()) {
            next(FIRST);
        }
        return this;
    }

    private void next(Duration in) {
        timer.schedule(() -> {
            DiskState now = look();
            boolean silent = now.disks().stream().anyMatch(disk -> disk.message().contains("did not answer"));
            if (!timer.isShutdown()) {
                next(silent ? AFTER_SILENCE : EVERY);
            }
        }, in.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** How they were when they were asked last. Asks nobody. */
    public DiskState state() {
        return state;
    }

    /** Asks them now. Takes seconds; half a minute for each one that hangs. */
    public DiskState look() {
        if (!agent.present()) {
            return state;
        }
        looking.lock();
        try {
            List<DiskHealth> told = new ArrayList<>();
            for (JsonNode one : agent.ask(DiskVerbs.HEALTH, JsonNodeFactory.instance.objectNode(), Progress.NONE)
                    .path("disks")) {
                if (Json.read(one, DiskHealth.class) instanceof Reading.Whole<DiskHealth>(DiskHealth disk)) {
                    told.add(disk);
                }
            }
            state.disks().stream().filter(before -> told.stream().noneMatch(now -> isSame(before, now)))
                    .map(before -> before.health() == Health.GONE ? before : before.gone()).forEach(told::add);
            state = new DiskState(true, clock.instant(), told, null);
        } catch (Refused | IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "The disks could not be asked: {0}", e.getMessage());
            state = new DiskState(true, state.lookedAt(), state.disks(), String.valueOf(e.getMessage()));
        } finally {
            looking.unlock();
        }
        return state;
    }

    /** Names may change with each plugging in, serial numbers do not; not every disk has one. */
    private static boolean isSame(DiskHealth one, DiskHealth other) {
        return one.serial().isEmpty() || other.serial().isEmpty()
                ? one.device().equals(other.device())
                : one.serial().equals(other.serial());
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
