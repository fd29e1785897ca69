package org.gatehouse.machine.update;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

import org.gatehouse.machine.agent.Failures;
import org.gatehouse.machine.agent.Refused;

/**
 * One large file that comes to the box in parts, and what is done with it, one thing at a time. What was received stays until it is
 * used or thrown away, also over a restart. Thread-safe.
 */
public final class Incoming {
    private static final long SPARE = 256L << 20;

    private final Path file;
    private final String what;
    private final long largest;
    private final Arrivals.Told told;
    private final Clock clock;
    private final ReentrantLock receiving = new ReentrantLock();
    private final AtomicReference<UpdateState.@Nullable UpdateWork> work = new AtomicReference<>();
    private volatile UpdateState.@Nullable UpdateTrouble trouble;

    /** Something that takes minutes. */
    @FunctionalInterface
    public interface Task {
        /** Does it; what it throws is the trouble. */
        void run() throws Refused, IOException;
    }

    /**
     * None has come.
     *
     * @param file where it lies, in a folder of the daemon's own
     * @param what it is, in codes and messages, such as {@code bundle}
     * @param largest in bytes
     * @param told what failed
     */
    public Incoming(Path file, String what, long largest, Arrivals.Told told, Clock clock) {
        this.file = file;
        this.what = what;
        this.largest = largest;
        this.told = told;
        this.clock = clock;
    }

    /** Where it lies. */
    public Path file() {
        return file;
    }

    /** How many bytes are there; null when there are none. */
    public @Nullable Long bytes() throws IOException {
        return Files.exists(file) ? (Long) Files.size(file) : null;
    }

    /** What is done right now; null when nothing is. */
    public UpdateState.@Nullable UpdateWork work() {
        return work.get();
    }

    /** What went wrong with what was done last; null when nothing did. */
    public UpdateState.@Nullable UpdateTrouble trouble() {
        return trouble;
    }

    /**
     * Takes the next part.
     *
     * @param offset where it belongs; 0 begins anew
     * @return how many bytes are there now
     * @throws Refused when it does not follow on what is there; says what does
     */
    public long receive(long offset, byte[] part) throws Refused, IOException {
        receiving.lock();
        try {
            requireIdle();
            Files.createDirectories(folder());
            long there = offset > 0 && Files.exists(file) ? Files.size(file) : 0;
            if (offset != there) {
                throw new Refused("wrong_offset", "The next part must begin at " + there + ", not at " + offset + ".");
            }
            if (offset + part.length > largest) {
                throw new Refused(what + "_too_large", "No " + what + " has more than " + largest + " bytes.");
            }
            requireRoom(part.length);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                channel.truncate(offset);
                channel.position(offset);
                ByteBuffer bytes = ByteBuffer.wrap(part);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                return channel.size();
            }
        } finally {
            receiving.unlock();
        }
    }

    /** Throws away what was received. */
    public void discard() throws Refused, IOException {
        receiving.lock();
        try {
            requireIdle();
            Files.deleteIfExists(file);
            trouble = null;
        } finally {
            receiving.unlock();
        }
    }

    /** Refused while something is done. */
    public void requireIdle() throws Refused {
        if (work.get() != null) {
            throw new Refused("busy", "Another one is under way. Wait until it has ended.");
        }
    }

    /** Refused where so many more bytes would fill the disk. */
    public void requireRoom(long more) throws Refused, IOException {
        if (Files.getFileStore(folder()).getUsableSpace() < more + SPARE) {
            throw new Refused("disk_full",
                    "The disk has no room for the " + what + ". Remove models or old backups first.");
        }
    }

    /**
     * Begins something on a thread of its own.
     *
     * @param kind what it is, for programs
     * @param step what it begins with, for people
     */
    public void begin(String kind, String step, Task task) throws Refused {
        receiving.lock();
        try {
            requireIdle();
            work.set(new UpdateState.UpdateWork(kind, step, 0, clock.instant()));
            trouble = null;
        } finally {
            receiving.unlock();
        }
        Thread.ofVirtual().name(what + "-" + kind).start(() -> {
            try {
                task.run();
            } catch (Refused e) {
                failed(kind, e.code(), e.message());
            } catch (IOException | RuntimeException e) {
                failed(kind, kind + "_failed", Failures.inWords(e));
            } finally {
                work.set(null);
            }
        });
    }

    private void failed(String kind, String code, String message) {
        trouble = new UpdateState.UpdateTrouble(code, message, clock.instant());
        told.ended(kind, "failed", JsonNodeFactory.instance.objectNode().put("code", code).put("message", message));
    }

    /** How far what is done has come. */
    public void at(String step, int percent) {
        work.updateAndGet(
                now -> now == null ? null : new UpdateState.UpdateWork(now.kind(), step, percent, now.startedAt()));
    }

    private Path folder() {
        return Objects.requireNonNull(file.getParent());
    }
}
