package org.gatehouse.audit;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.gatehouse.store.DataDirectory;
import org.gatehouse.store.Database;
import org.gatehouse.store.DatabaseSettings;
import org.gatehouse.store.Ids;
import org.gatehouse.store.SecretBox;
import org.gatehouse.usage.KeyLastUse;
import org.gatehouse.usage.UsageRollups;

/** What a daemon does with its trail, without a gateway: settles the past, then carries calls until it is killed. */
final class CrashingDaemon {

    private static final Duration SOON = Duration.ofSeconds(60);

    private CrashingDaemon() {}

    /** Arguments: data directory, seed. Prints {@code ready}, then {@code done ID} for each acknowledged call. */
    public static void main(String[] arguments) {
        DataDirectory data = DataDirectory.open(Path.of(arguments[0]));
        Database database = Database.open(new DatabaseSettings.Embedded(data.database()));
        Trail trail = openTrail(data, database);
        InFlightJournal inFlight = InFlightJournal.open(data.journal(), Clock.systemUTC());
        settle(inFlight, trail, database);
        System.out.println("ready");
        long seed = Long.parseLong(arguments[1]);
        for (int caller = 0; caller < 16; caller++) {
            SampleCalls samples = new SampleCalls(seed * 100 + caller);
            Thread.ofPlatform().start(() -> {
                while (true) {
                    carry(samples.completed(Instant.now()), trail, inFlight);
                }
            });
        }
    }

    static Trail openTrail(DataDirectory data, Database database) {
        SecretBox secretBox = SecretBox.open(database, data.secret(), new SecureRandom(), Clock.systemUTC());
        TrailSettings settings = new TrailSettings(new JournalSettings(data.journal(), 1 << 20, 256 << 20), 200,
                Duration.ofMinutes(5));
        return Trail.open(database, secretBox, settings, List.of(new UsageRollups(), new KeyLastUse()),
                Clock.systemUTC(), new Ids());
    }

    static int settle(InFlightJournal inFlight, Trail trail, Database database) {
        return inFlight.recover(trail, new TrailSearch(database, trail),
                call -> call.draft().interrupted(
                        Usage.tokens(call.inputTokens(), call.outputTokens(), Usage.Source.COUNTED), null,
                        call.livedMicros()));
    }

    private static void carry(CallRecord call, Trail trail, InFlightJournal inFlight) {
        Caller caller = java.util.Objects.requireNonNull(call.caller());
        InFlightJournal.Slot slot = inFlight.open(new CallDraft(call.id(), call.traceId(), call.requestId(),
                call.startedAt(), caller, call.clientAddress(), call.dialect(), call.surface(), true, null, "model",
                "served", "upstream", true, 5));
        for (int chunk = 1; chunk <= 4; chunk++) {
            slot.progress(5, chunk);
        }
        UUID id = call.id();
        boolean withBodies = id.getLeastSignificantBits() % 8 == 0;
        trail.appendDurably(call,
                withBodies ? new RecordedBodies(new byte[3_000], new byte[9_000], Instant.now().plusSeconds(60)) : null,
                SOON);
        System.out.println("done " + id);
        slot.close();
    }
}
