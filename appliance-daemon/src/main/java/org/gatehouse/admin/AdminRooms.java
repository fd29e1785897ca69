package org.gatehouse.admin;

import java.time.Clock;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.gatehouse.alerts.Alerts;
import org.gatehouse.audit.TrailExport;
import org.gatehouse.audit.TrailSearch;
import org.gatehouse.audit.TrailVerification;
import org.gatehouse.compute.Gpus;
import org.gatehouse.engines.Engines;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.Governance;
import org.gatehouse.identity.People;
import org.gatehouse.modelstore.LocalModels;
import org.gatehouse.safekeeping.BackupTargets;
import org.gatehouse.setup.SetUp;
import org.gatehouse.usage.Latencies;
import org.gatehouse.usage.UsageReport;

/**
 * What the admin API works on.
 *
 * @param people who signs in, and who is signed in
 * @param trail where its own refusals and reads of bodies are recorded
 * @param version the program's, for the API description
 * @param nanoTime a clock that never jumps
 */
public record AdminRooms(Governance governance, People people, AdminTokens tokens, ApiTokens apiTokens,
        AdminTrail trail,
        TrailSearch search,
        TrailVerification verification, TrailExport export, UsageReport usage, Gpus gpus, Engines engines,
        LocalModels models, AnswerCache cache, ClientBatches batches, UpstreamProbe probe, LiveRoutes routes,
        LiveQueues queues, Box box, BackupTargets backupTargets, Alerts alerts, SetUp setUp, LiveLimits limits,
        Latencies latencies,
        String version,
        Clock clock, LongSupplier nanoTime, Supplier<UUID> ids) {}
