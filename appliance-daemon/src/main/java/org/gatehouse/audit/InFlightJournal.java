package org.gatehouse.audit;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.gatehouse.store.StoreFailure;

/**
 * Remembers the calls that are under way, so that a killed daemon's next life can account for them. Thread-safe.
 *
 * <p>
 * A memory-mapped file of fixed slots: opening, telling progress and closing are plain memory writes without a system
 * call. They survive {@code kill -9}; a power cut may lose the last half minute of them, and with it calls whose clients
 * are gone as well. When all slots are taken another file is added; when that cannot be, calls go on unremembered.
 */
public final class InFlightJournal implements AutoCloseable {

    private static final int SLOTS = 4_096;
    private static final int MOST_FILES = 16;

    private final Path directory;
    private final Clock clock;
    private final Arena arena = Arena.ofShared();
    private final ConcurrentLinkedDeque<MemorySegment> free = new ConcurrentLinkedDeque<>();
    private final ConcurrentLinkedQueue<MemorySegment> leftOpen = new ConcurrentLinkedQueue<>();
    private final List<MemorySegment> all = new CopyOnWriteArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private int files;

    private InFlightJournal(Path directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /**
     * A call that was under way when an earlier life ended.
     *
     * @param inputTokens as last told
     * @param outputTokens as last told
     * @param livedMicros from its start until that was told
     */
    public record Interrupted(CallDraft draft, long inputTokens, long outputTokens, long livedMicros) {}

    /**
     * Opens the files in a directory; what an earlier life left open stays so until {@link #recover}.
     *
     * @throws StoreFailure when they cannot be made
     */
    public static InFlightJournal open(Path directory, Clock clock) {
        InFlightJournal journal = new InFlightJournal(directory, clock);
        try {
            Files.createDirectories(directory);
            journal.map();
            while (journal.files < MOST_FILES && Files.exists(journal.path(journal.files))) {
                journal.map();
            }
            return journal;
        } catch (IOException e) {
            journal.close();
            throw new StoreFailure("The calls in flight cannot be remembered: " + directory + " (" + e
                    + "). Check the data disk.", e);
        }
    }

    /** Remembers a call until its slot is closed. */
    public Slot open(CallDraft draft) {
        MemorySegment memory = take();
        open.incrementAndGet();
        if (memory != null) {
            SlotBytes.open(memory, draft);
        }
        return new Slot(memory);
    }

    /** How many calls are remembered now. */
    public int size() {
        return open.get();
    }

    /**
     * When the oldest call began that is remembered now, by upstream; a call that comes or goes meanwhile may be missing. Reads every slot:
     * for once a minute, not for each call.
     */
    public Map<String, Instant> oldest() {
        Map<String, Instant> oldest = new HashMap<>();
        for (MemorySegment slot : all) {
            Interrupted call = SlotBytes.isTaken(slot) ? SlotBytes.read(slot) : null;
            if (call != null) {
                oldest.merge(call.draft().upstream(), call.draft().startedAt(),
                        (one, other) -> one.isBefore(other) ? one : other);
            }
        }
        return oldest;
    }

    /**
     * Accounts for the calls that an earlier life left open: each one that is not in the trail yet gets its record, once,
     * also when this is cut short and done again. Call it at the start; new calls may come in meanwhile.
     *
     * @param settlement makes the record, cost included
     * @return how many records were appended
     * @throws StoreFailure when the database does not answer: call it again later
     * @throws TrailUnavailable when the trail takes no records: call it again later
     */
    public int recover(Trail trail, TrailSearch search, Function<Interrupted, CallRecord> settlement) {
        if (!leftOpen.isEmpty() && !trail.flush(Duration.ofSeconds(30))) {
            throw new StoreFailure("Calls that were interrupted cannot be settled yet: the database does not take the "
                    + "trail's records. It is tried again.");
        }
        List<CallDraft> drafts = leftOpen.stream().map(SlotBytes::read).filter(Objects::nonNull)
                .map(Interrupted::draft).toList();
        Instant began = drafts.stream().map(CallDraft::startedAt).min(Comparator.naturalOrder()).orElse(Instant.EPOCH);
        Set<UUID> recorded = search.present(drafts.stream().map(CallDraft::id).toList(), began);
        int appended = 0;
        MemorySegment slot;
        while ((slot = leftOpen.peek()) != null) {
            Interrupted call = SlotBytes.read(slot);
            if (call != null && !recorded.contains(call.draft().id())) {
                trail.appendDurably(settlement.apply(call), null, Duration.ofSeconds(10));
                appended++;
            }
            SlotBytes.free(slot);
            leftOpen.remove(slot);
            free.push(slot);
        }
        return appended;
    }

    /** Lets go of the files. No slot may be used afterwards. */
    @Override
    public void close() {
        arena.close();
    }

    /** A call's place. For one thread at a time. */
    public final class Slot implements AutoCloseable {

        private @Nullable MemorySegment memory;
        private boolean closed;

        private Slot(@Nullable MemorySegment memory) {
            this.memory = memory;
        }

        /** Tells how many tokens the call has used by now. No system call, no lock: call it for each chunk. */
        public void progress(long inputTokens, long outputTokens) {
            MemorySegment slot = memory;
            if (slot != null) {
                SlotBytes.progress(slot, inputTokens, outputTokens, clock.millis() * 1_000);
            }
        }

        /** Forgets the call: its record is durable. Closing twice does nothing. */
        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            open.decrementAndGet();
            MemorySegment slot = memory;
            memory = null;
            if (slot != null) {
                SlotBytes.free(slot);
                free.push(slot);
            }
        }
    }

    private @Nullable MemorySegment take() {
        MemorySegment slot = free.poll();
        return slot != null ? slot : grow();
    }

    private synchronized @Nullable MemorySegment grow() {
        MemorySegment slot = free.poll();
        if (slot != null || files == MOST_FILES) {
            return slot;
        }
        try {
            map();
        } catch (IOException e) {
            System.getLogger(InFlightJournal.class.getName()).log(System.Logger.Level.WARNING,
                    "More than {0} calls are in flight and no more can be remembered: {1}", files * SLOTS, e);
        }
        return free.poll();
    }

    private void map() throws IOException {
        Path path = path(files);
        long size = (long) SLOTS * SlotBytes.SIZE;
        boolean interrupted = Thread.interrupted();
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            // Written out in full: a store into a hole of a mapped file kills the process when the disk is full.
            ByteBuffer zeros = ByteBuffer.allocateDirect(SLOTS);
            while (file.size() < size) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), size - file.size()));
                file.write(zeros, file.size());
            }
            MemorySegment mapped = file.map(FileChannel.MapMode.READ_WRITE, 0, size, arena);
            List<MemorySegment> slots = new ArrayList<>(SLOTS);
            for (int i = 0; i < SLOTS; i++) {
                slots.add(mapped.asSlice((long) i * SlotBytes.SIZE, SlotBytes.SIZE, 8));
            }
            all.addAll(slots);
            files++;
            for (MemorySegment slot : slots) {
                (SlotBytes.isTaken(slot) ? leftOpen : free).add(slot);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Path path(int number) {
        return directory.resolve("in-flight-" + number);
    }
}
