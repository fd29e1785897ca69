package org.gatehouse.setup;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.gatehouse.engines.Engines;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.Governance;
import org.gatehouse.identity.People;
import org.gatehouse.machine.SystemChanges;
import org.gatehouse.modelstore.LocalModels;
import org.gatehouse.store.Database;
import org.gatehouse.store.SecretBox;

/**
 * What the set-up works on.
 *
 * @param data the data directory
 * @param trail where every claim, answer, skip and the end are recorded
 * @param simulated whether this is a box for show
 * @param nanoTime a clock that never jumps
 */
public record SetupRooms(Database database, SecretBox secrets, Path data, Governance governance, People people,
        AdminTrail trail, SystemChanges machine, Certificates certificates, ProviderTest providerTest, Engines engines,
        LocalModels models, BackupPlan backups, AlertTargets alerts, TestChat testChat, boolean simulated, Clock clock,
        LongSupplier nanoTime,
        Supplier<UUID> ids, SecureRandom random) {}
