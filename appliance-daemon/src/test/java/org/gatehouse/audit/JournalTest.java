package org.gatehouse.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class JournalTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final UUID NODE = new UUID(7, 7);
    private static final ChainHead START = ChainHead.start(NODE);

    private final SampleCalls samples = new SampleCalls(11);
    private Path directory;

    @BeforeEach
    void directory(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void recordsComeBackInOrderAfterARestart() throws IOException {
        List<CallRecord> calls = write(100);
        try (Journal journal = open()) {
            assertThat(journal.head().sequence()).isEqualTo(100);
            assertThat(read(journal)).extracting(Committed::toRecord).isEqualTo(calls);
        }
    }

    @Test
    void recordsSpanManySegmentsAndAppliedOnesGiveTheirFilesBack() throws IOException {
        try (Journal journal = open()) {
            for (int i = 0; i < 3_000; i++) {
                append(journal);
            }
            assertThat(segments()).hasSizeGreaterThan(3);
            assertThat(read(journal)).extracting(Committed::sequence)
                    .isEqualTo(LongStream.rangeClosed(1, 3_000).boxed().toList());
            journal.backlog().release(3_000);
            // The current one and the spare.
            assertThat(segments()).hasSizeLessThanOrEqualTo(2);
            append(journal);
            assertThat(read(journal)).extracting(Committed::sequence).containsExactly(3_001L);
        }
    }

    @Test
    void whatPilesUpBeyondMemoryIsReadBackFromTheFilesInOrder() throws IOException {
        int count = Backlog.LARGEST_RUN + 2_500;
        try (Journal journal = open()) {
            List<Pending> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                all.add(enqueue(journal, List.of()));
                if (i % 1_000 == 999) {
                    journal.await(all.getLast(), SOON);
                }
            }
            journal.await(all.getLast(), SOON);
            List<Committed> found = read(journal);
            assertThat(found).extracting(Committed::sequence)
                    .isEqualTo(LongStream.rangeClosed(1, count).boxed().toList());
            ChainHead head = START;
            for (Committed record : found) {
                assertThat(record.previous()).isEqualTo(head.hash());
                head = head.next(record.json(), ChainHead.sha256());
                assertThat(record.head()).isEqualTo(head);
            }
            append(journal);
            assertThat(read(journal)).extracting(Committed::item).doesNotContainNull().hasSize(1);
        }
    }

    @Test
    void fileCutAnywhereGivesAPrefixOfWhatWasWritten(@TempDir Path copies) throws IOException {
        List<CallRecord> calls = write(40);
        Path segment = segments().getFirst();
        long end = usedBytes(segment);
        Random random = new Random(3);
        int longest = 0;
        for (int round = 0; round < 150; round++) {
            long cut = round == 0 ? end : Segment.HEADER + (long) (random.nextDouble() * (end - Segment.HEADER));
            Path home = copyTo(copies.resolve("cut" + round));
            try (FileChannel file = FileChannel.open(home.resolve(segment.getFileName()), StandardOpenOption.WRITE)) {
                if (round % 2 == 0) {
                    file.truncate(cut);
                } else {
                    // Torn: what had not reached the disk is still zeros.
                    file.write(ByteBuffer.allocate((int) (end - cut)), cut);
                }
            }
            List<Committed> found = reopenAndRead(home);
            assertThat(found).extracting(Committed::toRecord).isEqualTo(calls.subList(0, found.size()));
            longest = Math.max(longest, found.size());
        }
        assertThat(longest).isEqualTo(40);
    }

    @Test
    void flippedBitNeverChangesARecordUnnoticed(@TempDir Path copies) throws IOException {
        List<CallRecord> calls = write(30);
        Path segment = segments().getFirst();
        long end = usedBytes(segment);
        Random random = new Random(4);
        int lost = 0;
        for (int round = 0; round < 60; round++) {
            long bit = Segment.HEADER * 8L + (long) (random.nextDouble() * (end - Segment.HEADER) * 8);
            Path home = copyTo(copies.resolve("flip" + round));
            flip(home.resolve(segment.getFileName()), bit);
            List<Committed> found = reopenAndRead(home);
            for (Committed record : found) {
                assertThat(record.toRecord()).isEqualTo(calls.get((int) record.sequence() - 1));
            }
            // One record is lost at most: a flip in padding loses none, one in the last is taken for a torn end.
            assertThat(found.size()).isBetween(29, 30);
            lost += 30 - found.size();
        }
        assertThat(lost).as("flips that hit a record").isPositive();
    }

    @Test
    void damagedRecordLeavesAGapAndTheRestIsRead() throws IOException {
        write(20);
        Path segment = segments().getFirst();
        flip(segment, (usedBytes(segment) / 2) * 8);
        try (Journal journal = open()) {
            List<Long> found = read(journal).stream().map(Committed::sequence).toList();
            assertThat(found).hasSize(19).startsWith(1L).endsWith(20L);
            append(journal);
            assertThat(journal.head().sequence()).isEqualTo(21);
        }
    }

    @Test
    void trailRememberedToBeLongerKeepsItsGap() {
        try (Journal journal = Journal.open(settings(), NODE, START, new ChainHead(500, new byte[32]), null)) {
            append(journal);
            assertThat(journal.head().sequence()).isEqualTo(501);
        }
    }

    @Test
    void bodiesComeBackWithTheirRecord() throws IOException {
        Random random = new Random(9);
        List<BodyChunk> chunks = new ArrayList<>();
        CallRecord call = samples.completed(Instant.now());
        for (int i = 0; i < 3; i++) {
            byte[] bytes = new byte[i == 2 ? 7 : BodyChunk.LARGEST];
            random.nextBytes(bytes);
            chunks.add(new BodyChunk(call.id(), 1, i, 99, bytes));
        }
        try (Journal journal = open()) {
            append(journal);
            journal.await(journal.enqueue(call, RecordJson.write(call), chunks, true), SOON);
        }
        try (Journal journal = open()) {
            List<Committed> found = read(journal);
            assertThat(found.getFirst().bodies()).isEmpty();
            assertThat(found.getLast().bodies()).usingRecursiveComparison().isEqualTo(chunks);
        }
    }

    @Test
    void filesThatWereStillBeingMadeAreNothing() throws IOException {
        List<CallRecord> calls = write(5);
        Files.write(Segment.path(directory, 90), new byte[1 << 20]);
        Files.write(Segment.path(directory, 91), new byte[1 << 12]);
        Files.write(Segment.path(directory, 92), new byte[0]);
        try (Journal journal = open()) {
            assertThat(read(journal)).extracting(Committed::toRecord).isEqualTo(calls);
            append(journal);
        }
    }

    @Test
    void foreignAndDamagedFilesAreNotDeletedBlindly() throws IOException {
        write(3);
        Path segment = segments().getFirst();
        flip(segment, 3);
        assertThatThrownBy(this::open).hasMessageContaining("journal cannot be read")
                .hasRootCauseMessage("not a journal segment of node " + NODE);
        assertThat(segment).exists();
    }

    @Test
    void concurrentAppendsShareCommitsAndEachIsThereOnce() throws InterruptedException, IOException {
        ConcurrentLinkedQueue<Long> numbers = new ConcurrentLinkedQueue<>();
        try (Journal journal = open()) {
            CountDownLatch go = new CountDownLatch(1);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                SampleCalls own = new SampleCalls(i);
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        return;
                    }
                    for (int n = 0; n < 25; n++) {
                        CallRecord call = own.completed(Instant.now());
                        Pending entry = journal.enqueue(call, RecordJson.write(call), List.of(), n % 3 != 0);
                        numbers.add(journal.await(entry, SOON).sequence());
                    }
                }));
            }
            go.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(numbers.stream().sorted().toList())
                    .isEqualTo(LongStream.rangeClosed(1, 1_600).boxed().toList());
            assertThat(read(journal)).hasSize(1_600);
        }
    }

    @Test
    void closedJournalRefuses() {
        Journal journal = open();
        journal.close();
        assertThatThrownBy(() -> append(journal)).isInstanceOfSatisfying(TrailUnavailable.class,
                e -> assertThat(e.reason()).isEqualTo(TrailUnavailable.Reason.CLOSED));
    }

    @Test
    void fullBacklogRefusesUntilTheDatabaseTookSome() throws IOException {
        JournalSettings small = new JournalSettings(directory, 1 << 20, 2 << 20);
        try (Journal journal = Journal.open(small, NODE, START, START, null)) {
            assertThatThrownBy(() -> {
                for (int i = 0; i < 5_000; i++) {
                    append(journal);
                }
            }).isInstanceOfSatisfying(TrailUnavailable.class,
                    e -> assertThat(e.reason()).isEqualTo(TrailUnavailable.Reason.DATABASE_AWAY));
            assertThat(journal.isFull()).isTrue();
            List<Committed> found = read(journal);
            journal.backlog().release(found.getLast().sequence());
            append(journal);
            assertThat(journal.isFull()).isFalse();
        }
    }

    private List<CallRecord> write(int count) {
        List<CallRecord> calls = new ArrayList<>();
        try (Journal journal = open()) {
            for (int i = 0; i < count; i++) {
                calls.add(append(journal));
            }
        }
        return calls;
    }

    private CallRecord append(Journal journal) {
        return (CallRecord) Objects.requireNonNull(journal.await(enqueue(journal, List.of()), SOON).item());
    }

    private Pending enqueue(Journal journal, List<BodyChunk> bodies) {
        CallRecord call = samples.completed(Instant.now());
        return journal.enqueue(call, RecordJson.write(call), bodies, false);
    }

    private static List<Committed> read(Journal journal) throws IOException {
        List<Committed> all = new ArrayList<>();
        List<Committed> batch;
        while (!(batch = journal.backlog().take(500)).isEmpty()) {
            all.addAll(batch);
        }
        return all;
    }

    private List<Committed> reopenAndRead(Path home) throws IOException {
        try (Journal journal = Journal.open(new JournalSettings(home, 1 << 20, 64 << 20), NODE, START, START, null)) {
            return read(journal);
        }
    }

    private JournalSettings settings() {
        return new JournalSettings(directory, 1 << 20, 64 << 20);
    }

    private Journal open() {
        return Journal.open(settings(), NODE, START, START, null);
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(Segment.SUFFIX)).sorted(Comparator.naturalOrder())
                    .toList();
        }
    }

    private static long usedBytes(Path segment) throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        return end + 7L & ~7L;
    }

    private Path copyTo(Path target) throws IOException {
        Files.createDirectories(target);
        for (Path segment : segments()) {
            Files.copy(segment, target.resolve(segment.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
        return target;
    }

    private static void flip(Path file, long bit) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        byte[] before = bytes.clone();
        bytes[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
        assertThat(Arrays.equals(bytes, before)).isFalse();
        Files.write(file, bytes);
    }
}
