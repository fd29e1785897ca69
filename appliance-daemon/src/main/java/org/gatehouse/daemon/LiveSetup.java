package org.gatehouse.daemon;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Locale;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.alerts.Alerts;
import org.gatehouse.audit.Trail;
import org.gatehouse.engines.Engines;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.AlertDestination;
import org.gatehouse.governance.Governance;
import org.gatehouse.identity.People;
import org.gatehouse.listen.ListenerSettings;
import org.gatehouse.listen.Listeners;
import org.gatehouse.machine.RecordingSystemChanges;
import org.gatehouse.machine.SystemChanges;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.settings.ApplianceSystemChanges;
import org.gatehouse.modelstore.LocalModels;
import org.gatehouse.setup.AlertTargets;
import org.gatehouse.setup.BackupPlan;
import org.gatehouse.setup.Certificates;
import org.gatehouse.setup.Check;
import org.gatehouse.setup.SetUp;
import org.gatehouse.setup.SetupRooms;
import org.gatehouse.store.Backup;
import org.gatehouse.store.Database;
import org.gatehouse.store.SecretBox;

/** The set-up of this box with what keeps it alive: its claim codes, and the daily backup that it plans. */
final class LiveSetup implements AutoCloseable {
    private static final String MACHINE = "machine.json";

    private final SetUp setUp;
    private final ClaimCodes codes;
    private final DailyBackup backups;
    private final UndoneChanges undone;

    /** What it is wired to. */
    record Rooms(Database database, SecretBox secrets, Path data, Governance governance, People people,
            AdminTrail adminTrail, Trail trail, Engines engines, LocalModels models, LiveProbe probe,
            SystemChanges machine,
            Backup backup,
            Runnable backupTaken, Alerts alerts, Certificates certificates,
            Clock clock, LongSupplier nanoTime, Supplier<UUID> ids, SecureRandom random) {}

    /**
     * Takes it up where it was.
     *
     * @param doors asked when they are open
     * @param simulated whether this is a box for show
     */
    LiveSetup(Rooms rooms, ListenerSettings listen, Supplier<Listeners> doors, boolean simulated) {
        BackupPlan plan = new BackupPlan(rooms.database());
        setUp = SetUp.open(new SetupRooms(rooms.database(), rooms.secrets(), rooms.data(), rooms.governance(),
                rooms.people(), rooms.adminTrail(), rooms.machine(),
                rooms.certificates(),
                rooms.probe().forSetUp(), rooms.engines(), rooms.models(), plan,
                new AlertTargets(rooms.governance(),
                        (destination, secret) -> tested(rooms.alerts(), destination, secret)),
                new LoopbackChat(listen, doors), simulated,
                rooms.clock(), rooms.nanoTime(), rooms.ids(), rooms.random()));
        undone = new UndoneChanges(rooms.machine(), rooms.data(), rooms.adminTrail(), rooms.ids(), () -> {
            if (rooms.machine() instanceof ApplianceSystemChanges appliance) {
                appliance.adoptZone();
            }
        });
        codes = new ClaimCodes(setUp);
        backups = new DailyBackup(plan, rooms.backup(), rooms.trail(), rooms.backupTaken(), rooms.clock());
    }

    /** The appliance's own machine is changed; of every other one it is written down what would be. */
    static SystemChanges machine(AgentClient agent, Path data, boolean simulated) {
        return agent.present() && !simulated
                ? new ApplianceSystemChanges(agent, Path.of("/"))
                : new RecordingSystemChanges(data.resolve(MACHINE));
    }

    private static Check tested(Alerts alerts, AlertDestination destination, @Nullable String secret) {
        long begun = System.nanoTime();
        Alerts.Trial trial = alerts.test(destination, secret);
        return new Check(destination.kind().name().toLowerCase(Locale.ROOT), trial.ok(), trial.message(),
                (System.nanoTime() - begun) / 1_000_000, null);
    }

    SetUp setUp() {
        return setUp;
    }

    ClaimCodes codes() {
        return codes;
    }

    @Override
    public void close() {
        codes.close();
        backups.close();
        undone.close();
    }
}
