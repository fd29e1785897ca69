package org.gatehouse.batch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

import org.gatehouse.batch.StoredFile.Purpose;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.store.StoredText;

/** The files of projects: nobody outside of a project learns that they exist. Thread-safe. */
public final class ClientFiles {
    private static final System.Logger LOG = System.getLogger(ClientFiles.class.getName());
    private static final String NOUN = "files";
    /** Uploads at once: each holds a connection for long, and a piece in memory. */
    private static final int MOST_UPLOADS = 32;
    private static final int PIECE = 64 << 10;
    private static final int PIECES_A_LOOK = 64;
    private static final int LONGEST_NAME = 255;
    private static final Duration SOON = Duration.ofSeconds(5);

    private final Vault vault;
    private final FileRows rows;
    private final BatchRows batches;
    private final Deeds deeds;
    private final BatchLimits limits;
    private final UUID box;
    private final Clock clock;
    private final Supplier<UUID> ids;
    private final Semaphore uploads = new Semaphore(MOST_UPLOADS);
    /** Between looking what a project has and adding to it. */
    private final ReentrantLock adding = new ReentrantLock();
    private final AtomicLong bytes = new AtomicLong();

    ClientFiles(Vault vault, FileRows rows, BatchRows batches, Deeds deeds, BatchLimits limits, UUID box, Clock clock,
            Supplier<UUID> ids) {
        this.vault = vault;
        this.rows = rows;
        this.batches = batches;
        this.deeds = deeds;
        this.limits = limits;
        this.box = box;
        this.clock = clock;
        this.ids = ids;
        rows.at(box).forEach(file -> bytes.addAndGet(file.bytes()));
    }

    /**
     * Begins to take a file.
     *
     * @param announced its size, roughly; -1 when nobody knows
     */
    public Decision<Upload> begin(Client client, long announced) {
        if (announced > limits.fileBytes() + PIECE) {
            return denied(tooLarge());
        }
        Refusal full = full(client, Math.max(0, announced - PIECE));
        if (full != null) {
            return denied(full);
        }
        if (!uploads.tryAcquire()) {
            return denied(Refusal.retry(Reason.UNAVAILABLE,
                    "The box takes " + MOST_UPLOADS + " files at once and has so many. Try again soon.", SOON));
        }
        try {
            if (vault.room() < Math.max(0, announced)) {
                uploads.release();
                return denied(noRoom());
            }
            UUID id = ids.get();
            return new Decision.Given<>(new Upload(client, id, vault.create(id)));
        } catch (IOException e) {
            uploads.release();
            LOG.log(System.Logger.Level.WARNING, "A client's file could not be begun: {0}", e.toString());
            return denied(noRoom());
        }
    }

    /** Why a project can have no more files, results of batches included; {@code null} when it can. */
    @Nullable
    Refusal full(Client client) {
        return full(client, 0);
    }

    private @Nullable Refusal full(Client client, long more) {
        FileRows.Sum sum = rows.sumOf(client.project());
        if (sum.files() >= limits.projectFiles()) {
            return Refusal.of(Reason.QUOTA_USED_UP, "The project has " + sum.files()
                    + " files, as many as it may. Delete some: DELETE /v1/files/{id}.");
        }
        if (sum.bytes() + more > limits.projectBytes()) {
            return Refusal.of(Reason.QUOTA_USED_UP, "The project's files have " + sum.bytes()
                    + " bytes and may have " + limits.projectBytes() + " with this one. Delete some: DELETE"
                    + " /v1/files/{id}.");
        }
        return null;
    }

    private Refusal tooLarge() {
        return Refusal.of(Reason.REQUEST_TOO_LARGE,
                "The file is larger than the " + limits.fileBytes() + " bytes allowed. Make several of it.");
    }

    private static Refusal noRoom() {
        return Refusal.retry(Reason.UNAVAILABLE,
                "The box has no room for the file at the moment. Try again later, or tell its administrators.",
                Duration.ofMinutes(1));
    }

    private static <T> Decision<T> denied(Refusal refusal) {
        return new Decision.Denied<>(refusal);
    }

    /** A file on its way in. Not thread-safe; to be closed. */
    public final class Upload implements AutoCloseable {
        private final Client client;
        private final UUID id;
        private final SealedWriter writer;
        private final byte[] piece = new byte[PIECE];
        private int filled;
        private int pieces;
        private boolean tooLarge;
        private boolean broken;
        private boolean kept;

        private Upload(Client client, UUID id, SealedWriter writer) {
            this.client = client;
            this.id = id;
            this.writer = writer;
        }

        /** Takes more of it; false when there is no use in going on. */
        public boolean take(byte[] buffer, int from, int length) {
            if (writer.bytes() + filled + length > limits.fileBytes()) {
                tooLarge = true;
            }
            int at = from;
            int left = length;
            while (left > 0 && !tooLarge && !broken) {
                int count = Math.min(left, piece.length - filled);
                System.arraycopy(buffer, at, piece, filled, count);
                filled += count;
                at += count;
                left -= count;
                if (filled == piece.length) {
                    flush();
                }
            }
            return !tooLarge && !broken;
        }

        private void flush() {
            try {
                writer.append(0, piece, 0, filled);
                filled = 0;
                // Others hand in files at the same time.
                if (++pieces % PIECES_A_LOOK == 0 && vault.room() < 0) {
                    throw new IOException("the disk is nearly full");
                }
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "A client's file could not be written: {0}", e.toString());
                broken = true;
            }
        }

        /**
         * Keeps it, now that all of it has come.
         *
         * @param name as the client calls it
         * @param keptFor how long; {@code null} for as long as usual
         */
        public Decision<StoredFile> keep(String name, @Nullable Duration keptFor) {
            if (filled > 0 && !broken) {
                flush();
            }
            if (tooLarge) {
                return denied(tooLarge());
            }
            try {
                if (!broken) {
                    writer.end();
                }
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "A client's file could not be written: {0}", e.toString());
                broken = true;
            }
            return broken ? denied(noRoom()) : add(name, keptFor);
        }

        private Decision<StoredFile> add(String name, @Nullable Duration keptFor) {
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            StoredFile file = new StoredFile(id, box, client.project(), client.key().id(), Purpose.BATCH,
                    StoredText.fit(name, LONGEST_NAME),
                    writer.bytes(), now, now.plus(keptFor == null ? limits.retention() : keptFor));
            adding.lock();
            try {
                Refusal full = full(client, file.bytes());
                if (full != null) {
                    return denied(full);
                }
                deeds.did(client, "create", NOUN, file.publicId(), JsonNodeFactory.instance.objectNode()
                        .put("filename", file.name()).put("bytes", file.bytes()));
                rows.insert(file);
                kept = true;
            } finally {
                adding.unlock();
            }
            bytes.addAndGet(file.bytes());
            return new Decision.Given<>(file);
        }

        /** Removes it unless it was kept. */
        @Override
        public void close() {
            uploads.release();
            try {
                writer.close();
                if (!kept) {
                    vault.delete(id);
                }
            } catch (IOException e) {
                // The next start removes what belongs to nobody.
                LOG.log(System.Logger.Level.WARNING, "A half file of a client stays until the next start: {0}",
                        e.toString());
            }
        }
    }

    /** The file of that id, if it is the project's. */
    public Optional<StoredFile> find(UUID project, UUID id) {
        return rows.find(id).filter(file -> file.project().equals(project));
    }

    /**
     * Files of a project, newest first unless said otherwise.
     *
     * @param after the last one of the piece before; {@code null} for the first piece
     */
    public List<StoredFile> list(UUID project, @Nullable Purpose purpose, @Nullable UUID after, boolean oldestFirst,
            int most) {
        return rows.of(project, purpose, after, oldestFirst, most);
    }

    /** Reads a file's content, piece by piece; to be closed. Reading fails where the content was changed. */
    public Decision<InputStream> open(StoredFile file) {
        if (!file.box().equals(box)) {
            return denied(Refusal.of(Reason.NOT_FOUND, "The content of " + file.publicId()
                    + " lies on another box of this fleet. Ask that one for it."));
        }
        try {
            return new Decision.Given<>(vault.open(file.id()));
        } catch (NoSuchFileException _) {
            return denied(Refusal.of(Reason.NOT_FOUND, "The content of " + file.publicId()
                    + " is not on this box any more: backups hold none. Hand it in again."));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "A client''s file cannot be read: {0}", e.toString());
            return denied(Refusal.retry(Reason.UNAVAILABLE, "The content of " + file.publicId()
                    + " cannot be read at the moment. Try again later.", SOON));
        }
    }

    /** Deletes a file for good, unless a batch still reads it. */
    public Decision<StoredFile> delete(Client client, StoredFile file) {
        if (batches.needs(file.id())) {
            return denied(Refusal.invalid("id", "A batch that has not ended reads " + file.publicId()
                    + ". Cancel it, or delete the file when it has ended."));
        }
        deeds.did(client, "delete", NOUN, file.publicId(), null);
        remove(file);
        return new Decision.Given<>(file);
    }

    private void remove(StoredFile file) {
        try {
            if (file.box().equals(box)) {
                vault.delete(file.id());
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "A file stays on the disk until the next start: {0}", e.toString());
        }
        if (rows.delete(file.id()) && file.box().equals(box)) {
            bytes.addAndGet(-file.bytes());
        }
    }

    /** Notes results that were added. */
    void added(List<StoredFile> results) {
        results.forEach(file -> bytes.addAndGet(file.bytes()));
    }

    /** Removes what was kept long enough; says how many files that were. */
    int expire() {
        int removed = 0;
        for (StoredFile file : rows.expired(box, clock.instant())) {
            if (!batches.needs(file.id())) {
                remove(file);
                removed++;
            }
        }
        return removed;
    }

    /** How many bytes clients have in files of this box. */
    public long bytes() {
        return bytes.get();
    }
}
