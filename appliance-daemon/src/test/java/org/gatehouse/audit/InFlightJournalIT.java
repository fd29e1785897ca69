package org.gatehouse.audit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

final class InFlightJournalIT {

    private static final Instant START = Instant.parse("2026-11-20T10:00:00Z");
    private static final Clock THREE_SECONDS_LATER = Clock.fixed(START.plusSeconds(3), ZoneOffset.UTC);

    private final SampleCalls samples = new SampleCalls(21);
    private Path directory;
    private TrailFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        this.directory = directory.resolve("in-flight");
        fixture = TrailFixture.on(Databases.H2, directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void openSlotOfAnEarlierLifeBecomesAnInterruptedCallOnce() {
        CallDraft draft = draft();
        InFlightJournal.Slot slot = journal().open(draft);
        slot.progress(120, 45);
        // The earlier life ends here, without closing anything.
        try (InFlightJournal next = journal()) {
            assertThat(next.recover(fixture.trail(), fixture.search(), InFlightJournalIT::settle)).isEqualTo(1);
            assertThat(next.recover(fixture.trail(), fixture.search(), InFlightJournalIT::settle)).isZero();
        }
        CallRecord record = (CallRecord) fixture.search().byId(draft.id()).orElseThrow().item();
        assertThat(record.outcome()).isEqualTo(Outcome.INTERRUPTED);
        assertThat(record.usage()).isEqualTo(Usage.tokens(120, 45, Usage.Source.COUNTED));
        assertThat(record.caller()).isEqualTo(draft.caller());
        assertThat(record.modelAsked()).isEqualTo(draft.modelAsked());
        assertThat(record.scenario()).isEqualTo(draft.scenario());
        assertThat(record.at()).isEqualTo(START.plusSeconds(3));
    }

    @Test
    void callWhoseRecordBecameDurableIsNotCountedTwice() {
        CallRecord call = samples.completed(START);
        CallDraft draft = draft(call.id(), "m");
        journal().open(draft);
        fixture.trail().appendDurably(call, null, TrailFixture.SOON);
        try (InFlightJournal next = journal()) {
            assertThat(next.recover(fixture.trail(), fixture.search(), InFlightJournalIT::settle)).isZero();
        }
        assertThat(fixture.search().byId(call.id()).orElseThrow().item()).isEqualTo(call);
    }

    @Test
    void theOldestCallOfEachUpstreamIsKnownUntilItIsClosedAlsoOfAnEarlierLife() {
        CallDraft first = draft();
        journal().open(first);
        try (InFlightJournal next = journal()) {
            InFlightJournal.Slot slot = next.open(draft());
            assertThat(next.oldest()).containsExactly(Map.entry(first.upstream(), first.startedAt()));
            next.recover(fixture.trail(), fixture.search(), InFlightJournalIT::settle);
            assertThat(next.oldest()).hasSize(1);
            slot.close();
            assertThat(next.oldest()).isEmpty();
        }
    }

    @Test
    void closedSlotsLeaveNothingBehind() {
        InFlightJournal journal = journal();
        for (int i = 0; i < 10_000; i++) {
            try (InFlightJournal.Slot slot = journal.open(draft())) {
                slot.progress(1, i);
                assertThat(journal.size()).isEqualTo(1);
            }
        }
        assertThat(journal.size()).isZero();
        try (InFlightJournal next = journal()) {
            assertThat(next.recover(fixture.trail(), fixture.search(), InFlightJournalIT::settle)).isZero();
        }
    }

    @Test
    void moreCallsThanSlotsAddAFileAndAllOfThemAreFoundAgain() throws java.io.IOException {
        InFlightJournal journal = journal();
        Set<UUID> ids = new HashSet<>();
        for (int i = 0; i < 4_100; i++) {
            CallDraft draft = draft();
            ids.add(draft.id());
            journal.open(draft);
        }
        assertThat(Files.exists(directory.resolve("in-flight-1"))).isTrue();
        assertThat(journal.size()).isEqualTo(4_100);
        Set<UUID> found = new HashSet<>();
        try (InFlightJournal next = journal()) {
            next.recover(fixture.trail(), fixture.search(), interrupted -> {
                found.add(interrupted.draft().id());
                return settle(interrupted);
            });
        }
        assertThat(found).isEqualTo(ids);
    }

    @Test
    void slotsOpenedWhileAnEarlierLifeIsRecoveredAreKeptApart() {
        CallDraft old = draft();
        journal().open(old);
        InFlightJournal next = journal();
        CallDraft young = draft();
        InFlightJournal.Slot slot = next.open(young);
        assertThat(next.recover(fixture.trail(), fixture.search(), InFlightJournalIT::settle)).isEqualTo(1);
        assertThat(fixture.search().byId(young.id())).isEmpty();
        slot.close();
        assertThat(fixture.search().byId(old.id())).isPresent();
    }

    @Test
    void longNamesAreCutButIdsStay() {
        CallDraft draft = draft(samples.uuid(START), "名".repeat(3_000));
        journal().open(draft);
        List<InFlightJournal.Interrupted> found = new ArrayList<>();
        try (InFlightJournal next = journal()) {
            next.recover(fixture.trail(), fixture.search(), interrupted -> {
                found.add(interrupted);
                return settle(interrupted);
            });
        }
        assertThat(found.getFirst().draft().id()).isEqualTo(draft.id());
        assertThat(found.getFirst().draft().modelAsked()).isNotEmpty();
        assertThat(draft.modelAsked()).startsWith(found.getFirst().draft().modelAsked());
    }

    @Test
    void halfWrittenSlotIsIgnored() throws java.io.IOException {
        journal().open(draft());
        Path file = directory.resolve("in-flight-0");
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(1);
        int at = 0;
        while (bytes[at] == 0) {
            at += SlotBytes.SIZE;
        }
        bytes[at + 60 + random.nextInt(50)] ^= 1;
        Files.write(file, bytes);
        try (InFlightJournal next = journal()) {
            assertThat(next.recover(fixture.trail(), fixture.search(), InFlightJournalIT::settle)).isZero();
        }
    }

    @Test
    void slotsAreSharedByManyCallsWithoutMixing() throws InterruptedException {
        InFlightJournal journal = journal();
        Set<UUID> left = ConcurrentHashMap.newKeySet();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            SampleCalls own = new SampleCalls(i);
            threads.add(Thread.ofVirtual().start(() -> {
                for (int n = 0; n < 200; n++) {
                    CallDraft draft = draft(own.uuid(START), "m");
                    InFlightJournal.Slot slot = journal.open(draft);
                    slot.progress(n, n);
                    if (n == 199) {
                        left.add(draft.id());
                    } else {
                        slot.close();
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Set<UUID> found = new HashSet<>();
        try (InFlightJournal next = journal()) {
            next.recover(fixture.trail(), fixture.search(), interrupted -> {
                found.add(interrupted.draft().id());
                assertThat(interrupted.outputTokens()).isEqualTo(199);
                return settle(interrupted);
            });
        }
        assertThat(found).isEqualTo(left).hasSize(64);
    }

    private InFlightJournal journal() {
        return InFlightJournal.open(directory, THREE_SECONDS_LATER);
    }

    private static CallRecord settle(InFlightJournal.Interrupted interrupted) {
        return interrupted.draft().interrupted(
                Usage.tokens(interrupted.inputTokens(), interrupted.outputTokens(), Usage.Source.COUNTED), null,
                interrupted.livedMicros());
    }

    private CallDraft draft() {
        return draft(samples.uuid(START), "qwen3-32b");
    }

    private CallDraft draft(UUID id, String model) {
        return new CallDraft(id, "0123456789abcdef0123456789abcdef", "req", START, samples.caller(1, 1), "10.0.0.9",
                "openai", "chat.completions", true, "search", model, "served", "local-a", true,
                Duration.ofSeconds(1).toSeconds() * 77);
    }
}
