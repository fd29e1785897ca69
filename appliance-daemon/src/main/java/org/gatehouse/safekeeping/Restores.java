package org.gatehouse.safekeeping;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.update.Arrivals;
import org.gatehouse.machine.update.Incoming;
import org.gatehouse.safekeeping.RestoreState.Outcome;
import org.gatehouse.safekeeping.RestoreState.RestorableBackup;
import org.gatehouse.safekeeping.RestoreState.RestoreEnd;
import org.gatehouse.store.BackupContents;
import org.gatehouse.store.BackupRefused;
import org.gatehouse.store.Replacement;
import org.gatehouse.store.Restore;
import org.gatehouse.store.StoreFailure;

/**
 * Puts a backup in place of what a box has while it serves: the file comes in parts or from the target, is checked and unpacked beside
 * the box's own state, and the next start, which is asked for then, exchanges the two. Thread-safe.
 */
public final class Restores {
    /** The largest that anybody sends through a browser. */
    static final long LARGEST = 64L << 30;
    private static final System.Logger LOG = System.getLogger(Restores.class.getName());
    private static final String NOTHING = ". Nothing was changed.";

    private final Path root;
    private final BackupTargets targets;
    private final Incoming incoming;
    private final Replacement replacement;
    private final Restore restore;
    private final Arrivals.Told told;
    private final boolean embedded;
    private final @Nullable Runnable restarter;

    /**
     * Of a box.
     *
     * @param root its data directory
     * @param embedded whether its database lies there
     * @param restarter has the daemon end and start again in a moment; {@code null} where nobody does
     */
    public Restores(Path root, BackupTargets targets, boolean embedded, @Nullable Runnable restarter,
            Arrivals.Told told, Clock clock) {
        this.root = root;
        this.targets = targets;
        this.embedded = embedded;
        this.restarter = restarter;
        this.told = told;
        this.incoming = new Incoming(root.resolve("restore").resolve("incoming.backup"), "backup", LARGEST, told,
                clock);
        this.replacement = new Replacement(root);
        this.restore = new Restore(clock);
    }

    /** How the box stands. */
    public RestoreState state() throws IOException {
        return new RestoreState(unsupported(), incoming.bytes(), incoming.work(), incoming.trouble(),
                replacement.last().flatMap(Restores::end).orElse(null), replacement.keptBytes());
    }

    private static Optional<RestoreEnd> end(Replacement.Plan plan) {
        Replacement.Note note = plan.note();
        return switch (plan.step()) {
            case DONE -> Optional.of(new RestoreEnd(note.at(), note.by(), note.createdAt(), note.box(),
                    Outcome.RESTORED, null));
            case RETURNED -> Optional.of(new RestoreEnd(note.at(), note.by(), note.createdAt(), note.box(),
                    Outcome.RETURNED, plan.reason()));
            case MOVING, TRIED, RETURNING -> Optional.empty();
        };
    }

    private @Nullable String unsupported() {
        if (!embedded) {
            return "This box keeps its rows in a PostgreSQL server. Stop it, and run 'gatehouse restore' with an empty"
                    + " database there.";
        }
        return restarter == null
                ? "Nobody starts this program again when it ends. Stop it, and run 'gatehouse restore'."
                : null;
    }

    /** The file that is received. */
    public Incoming incoming() {
        return incoming;
    }

    /** Begins to fetch a backup from the target. */
    public void fetch(String name) throws Refused {
        requireSupported();
        incoming.begin("fetch", "Fetching " + name, () -> {
            Path file = incoming.file();
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            incoming.requireRoom(size(name));
            Path part = file.resolveSibling("incoming.part");
            try {
                try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part))) {
                    targets.fetch(name, out);
                }
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        });
    }

    private long size(String name) throws IOException {
        return targets.list().stream().filter(kept -> kept.name().equals(name)).mapToLong(Kept::bytes).findFirst()
                .orElseThrow(() -> new IOException("The target has no backup " + name + ". List what it has."));
    }

    /**
     * Says what the backup is that was received, once all of it was read.
     *
     * @throws Refused when it is none, or the passphrase is wrong
     */
    public RestorableBackup check(char @Nullable [] passphrase) throws Refused, IOException {
        incoming.requireIdle();
        Path file = received();
        try {
            BackupContents contents = Restore.inspect(file);
            return new RestorableBackup(contents.box(), contents.software(), contents.createdAt(), contents.schema(),
                    contents.holdsKey(), opens(file, passphrase), contents.rowsOf("app_user"),
                    contents.rowsOf("api_key"), contents.rowsOf("model"), contents.rowsOf("trail"), contents.rows(),
                    contents.unpackedBytes());
        } catch (StoreFailure e) {
            throw refused(e);
        }
    }

    private boolean opens(Path file, char @Nullable [] passphrase) {
        try {
            Restore.requireKey(file, root, passphrase);
            return true;
        } catch (BackupRefused e) {
            if (e.reason() == BackupRefused.Reason.KEY) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Begins to put the backup that was received in place of what the box has. The daemon starts again when it is ready.
     *
     * @param by who asks, in words
     * @param begun is run once nothing stands in the way, before anything is done
     * @throws Refused when something does; nothing was changed
     */
    public void restore(char @Nullable [] passphrase, String by, Runnable begun) throws Refused, IOException {
        Runnable again = requireSupported();
        incoming.requireIdle();
        Path file = received();
        long room;
        try {
            room = Restore.inspect(file).unpackedBytes();
            Restore.requireKey(file, root, passphrase);
        } catch (StoreFailure e) {
            throw refused(e);
        }
        // A database takes about as much again as its rows while they are put into it.
        incoming.requireRoom(2 * room);
        begun.run();
        incoming.begin("restore", "Unpacking", () -> {
            try {
                restore.prepare(file, root, passphrase, by);
            } catch (StoreFailure e) {
                throw refused(e);
            }
            incoming.at("Starting with it", 90);
            again.run();
        });
    }

    private Path received() throws Refused {
        if (!Files.exists(incoming.file())) {
            throw new Refused("backup_absent", "No backup has been received. Send one, or fetch one from the target.");
        }
        return incoming.file();
    }

    private Runnable requireSupported() throws Refused {
        String why = unsupported();
        if (why != null || restarter == null) {
            throw new Refused("restore_unsupported", String.valueOf(why));
        }
        return restarter;
    }

    private static Refused refused(StoreFailure e) {
        return e instanceof BackupRefused backup
                ? new Refused(backup.reason().code(), "The backup can't be restored: " + backup.said() + NOTHING)
                : new Refused("restore_failed", String.valueOf(e.getMessage()));
    }

    /** Removes what is kept of what the box had before a restore. Says whether there was something. */
    public boolean forget() throws IOException {
        return replacement.forget();
    }

    /**
     * To be called once the box is open: a state on trial has shown that it can be, and the trail is told of a restore's end. A
     * trail that can't be written to is told by the next start.
     */
    public void opened() {
        replacement.opened();
        replacement.last().filter(plan -> !plan.told()).ifPresent(plan -> end(plan).ifPresent(end -> {
            try {
                ObjectNode how = JsonNodeFactory.instance.objectNode().put("outcome", end.outcome().name().toLowerCase(
                        java.util.Locale.ROOT)).put("by", end.by()).put("askedAt", end.at().toString())
                        .put("createdAt", end.createdAt().toString()).put("box", end.box())
                        .put("schema", plan.note().schema()).put("rows", plan.note().rows())
                        .put("reason", end.reason());
                told.ended("restore", "backup", how);
                if (end.outcome() == Outcome.RESTORED) {
                    Files.deleteIfExists(incoming.file());
                }
                replacement.told();
            } catch (IOException | RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "The trail is told of the restore by the next start", e);
            }
        }));
    }
}
