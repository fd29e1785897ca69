package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.machine.SystemChanges;
import org.gatehouse.machine.SystemChanges.Undone;

/** Tells the trail of each change of the network that undid itself, once; the agent that undoes it knows no trail. */
final class UndoneChanges implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(UndoneChanges.class.getName());
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final String TOLD = "machine-undone";
    /** What somebody asked for stands in the trail already. */
    private static final Set<String> TOLD_OTHERWISE = Set.of("asked");

    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("undone-changes").factory());
    private final SystemChanges machine;
    private final Path told;
    private final AdminTrail trail;
    private final Supplier<UUID> ids;
    private final Runnable after;

    /**
     * Begins to look.
     *
     * @param after is run after each
     */
    UndoneChanges(SystemChanges machine, Path data, AdminTrail trail, Supplier<UUID> ids, Runnable after) {
        this.machine = machine;
        this.told = data.resolve(TOLD);
        this.trail = trail;
        this.ids = ids;
        this.after = after;
        if (!machine.recorded()) {
            timer.scheduleWithFixedDelay(this::look, EVERY.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** One look. */
    void look() {
        try {
            machine.undone().ifPresent(undone -> {
                if (!undone.id().equals(last())) {
                    tell(undone);
                }
            });
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "What was undone is told later.", e);
        }
    }

    private void tell(Undone undone) {
        if (!TOLD_OTHERWISE.contains(undone.reason())) {
            trail.append(Actor.system("machine").did(ids.get(), undone.at(), "undo", "system", "machine", null,
                    JsonNodeFactory.instance.objectNode().put("reason", undone.reason())));
        }
        after.run();
        try {
            Files.writeString(told, undone.id());
        } catch (IOException e) {
            // It is told again after the next start: better twice than never.
            LOG.log(System.Logger.Level.WARNING, "What was told of could not be kept: {0}", e.getMessage());
        }
    }

    private String last() {
        try {
            return Files.readString(told);
        } catch (NoSuchFileException _) {
            return "";
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
