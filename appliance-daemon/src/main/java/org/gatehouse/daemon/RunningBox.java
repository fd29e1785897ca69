package org.gatehouse.daemon;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.acme.AcmeSource;
import org.gatehouse.admin.Box;
import org.gatehouse.audit.Trail;
import org.gatehouse.audit.TrailState;
import org.gatehouse.governance.Snapshots;
import org.gatehouse.machine.MachinePower;
import org.gatehouse.machine.SystemChanges;
import org.gatehouse.machine.disks.DiskHealth;
import org.gatehouse.machine.disks.Disks;
import org.gatehouse.machine.encryption.DataEncryption;
import org.gatehouse.machine.encryption.EncryptionState;
import org.gatehouse.machine.layers.Layers;
import org.gatehouse.machine.update.Updates;
import org.gatehouse.safekeeping.Restores;
import org.gatehouse.setup.Certificates;
import org.gatehouse.store.Backup;
import org.gatehouse.store.Database;

/** What the admin API may say of the box as a whole. */
record RunningBox(Instant startedAt, Database database, Trail trail, Snapshots snapshots,
        CertificateDate date, Supplier<Optional<String>> fingerprint, Certificates certificates,
        Backup backup, Runnable backupTaken,
        SupportBundle bundle, Updates updates, Layers layers, SystemChanges machine, MachinePower power,
        DataEncryption encryption, Disks disks,
        Restores restores, @Nullable Runnable restarter) implements Box {

    private static final String RELEASE = "IMAGE_VERSION=";
    private static final Duration LONGEST_CATCH_UP = Duration.ofSeconds(10);

    private static final String VERSION = releaseOf(Path.of("/usr/lib/os-release"))
            .orElse(Objects.requireNonNullElse(RunningBox.class.getPackage().getImplementationVersion(),
                    "0 (unpackaged)"));

    /** The appliance's release, as updates count them; elsewhere the version that the build stamped into the jar. */
    static String version() {
        return VERSION;
    }

    /** The release of ours that a system is, by its {@code os-release(5)}; empty where it is another's. */
    static Optional<String> releaseOf(Path osRelease) {
        try {
            List<String> lines = Files.readAllLines(osRelease);
            return lines.contains("IMAGE_ID=gatehouse")
                    ? lines.stream().filter(line -> line.startsWith(RELEASE)).findFirst()
                            .map(line -> line.substring(RELEASE.length()))
                    : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    @Override
    public Status status() {
        List<Part> parts = new ArrayList<>();
        boolean store = database.healthy();
        parts.add(new Part("store", store,
                store ? "The database answers." : "The database does not answer. Check it; calls go on meanwhile."));
        parts.add(switch (trail.state()) {
            case TrailState.Healthy _ -> new Part("trail", true, "Records are durable and reach the database; "
                    + trail.figures().backlog() + " are on their way." + kept(trail.figures()));
            case TrailState.Degraded degraded -> new Part("trail", false, degraded.reason());
            case TrailState.Refusing refusing -> new Part("trail", false, refusing.reason());
        });
        int models = snapshots.current().models().size();
        parts.add(new Part("models", models > 0,
                models > 0 ? models + " models are set up." : "No model is set up. Add an upstream and a model."));
        // Never unhealthy: an alert says that something is to be done, and the box carries calls as well as ever.
        EncryptionState kept = encryption.state();
        if (kept.supported()) {
            parts.add(new Part("encryption", true, kept.message()));
        }
        disks().state().disks().stream().filter(DiskHealth::isFailing).findFirst()
                .ifPresent(disk -> parts.add(new Part("disks", false, disk.message())));
        date.trouble().ifPresent(trouble -> parts.add(new Part("certificate", false, trouble)));
        return new Status(version(), startedAt, snapshots.current().revision(), parts.stream().allMatch(Part::healthy),
                parts);
    }

    private static String kept(Trail.Figures figures) {
        return figures.keptFrom() <= 1
                ? ""
                : " Those before record " + figures.keptFrom() + " are in the database only: what is kept for a rebuild"
                        + " takes all of its space. Raise journal.kept-max-bytes, or back up.";
    }

    @Override
    public Optional<Boolean> clockSynchronised() {
        return ClockWatch.synchronised();
    }

    @Override
    public void supportBundle(OutputStream out) throws IOException {
        bundle.write(status(), out);
    }

    @Override
    public Optional<Certificate> certificate() {
        return fingerprint.get().flatMap(
                print -> date.expires().get().map(
                        end -> new Certificate(print, end, certificates.acme().state().orElse(null))));
    }

    @Override
    public AcmeSource acme() {
        return certificates.acme();
    }

    @Override
    public boolean showsAcme() {
        return certificates.use() != Certificates.Use.ELSEWHERE;
    }

    @Override
    public boolean restart() {
        if (restarter == null) {
            return false;
        }
        restarter.run();
        return true;
    }

    @Override
    public void backup(OutputStream out, char @Nullable [] passphrase) throws IOException {
        // Rows that are durable but not in the database yet belong into it, too.
        if (!trail.flush(LONGEST_CATCH_UP)) {
            throw new IOException("The database does not take the trail's records, so a backup would lack the newest."
                    + " See 'gatehouse status', then try again.");
        }
        backup.write(out, passphrase);
        backupTaken.run();
    }
}
