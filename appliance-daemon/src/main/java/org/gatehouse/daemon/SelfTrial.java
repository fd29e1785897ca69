package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.gatehouse.admin.UpstreamProbe;
import org.gatehouse.audit.Trail;
import org.gatehouse.audit.TrailState;
import org.gatehouse.audit.TrailVerification;
import org.gatehouse.audit.VerificationResult;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.store.Database;

/**
 * What a release must do before it counts as good: its store opens, its trail takes records and what was written last is
 * unbroken, and one local model answers where one did before. Slow: to be asked seldom.
 *
 * @param serving whether an engine of this box serves now; those that do have answered
 * @param memory the file that says that a local model has answered on this box
 */
record SelfTrial(Database database, Trail trail, TrailVerification verification, Supplier<PolicySnapshot> policy,
        UpstreamProbe probe, BooleanSupplier serving, Path memory, Clock clock) {
    private static final System.Logger LOG = System.getLogger(SelfTrial.class.getName());
    /** The whole trail of a year takes minutes; a release that breaks the chain breaks it at its newest records. */
    private static final Duration VERIFIED = Duration.ofDays(2);

    /** What is wrong still; empty when it is good. */
    Optional<String> trouble() {
        if (!database.healthy()) {
            return Optional.of("the database does not answer");
        }
        if (!(trail.state() instanceof TrailState.Healthy)) {
            return Optional.of("the trail takes no records");
        }
        if (!(verification.verify(clock.instant().minus(VERIFIED), null) instanceof VerificationResult.Intact)) {
            return Optional.of("the trail's chain is broken");
        }
        return localModel();
    }

    /**
     * A token from one local model is enough: one may fail for its own reasons, all of them for the release's. Only asked for
     * when one has answered on this box before: what never worked, no release has broken.
     */
    private Optional<String> localModel() {
        String last = "none is set up any more";
        boolean any = false;
        for (ModelRoute model : policy.get().models().values()) {
            for (ModelRoute.Target target : model.targets()) {
                if (target.upstream().deployment() != null) {
                    any = true;
                    UpstreamProbe.Report report = probe.probe(target.upstream(), target.upstreamModel());
                    if (report.works()) {
                        if (!Files.exists(memory)) {
                            remember();
                        }
                        return Optional.empty();
                    }
                    last = report.message();
                }
            }
        }
        return any && Files.exists(memory)
                ? Optional.of("no local model answers, though one did before; the last one said: " + last)
                : Optional.empty();
    }

    /**
     * Remembers that a local model answers, once one does: engines are up minutes after the box, so no trial sees the first
     * of them.
     *
     * @return whether that is known, so that nobody has to look again
     */
    boolean notice() {
        if (!Files.exists(memory) && serving.getAsBoolean()) {
            remember();
        }
        return Files.exists(memory);
    }

    private void remember() {
        try {
            Files.createDirectories(Objects.requireNonNull(memory.getParent()));
            Files.writeString(memory, clock.instant() + "\n");
            LOG.log(System.Logger.Level.INFO,
                    "A local model answers on this box; from now on a start must show that too");
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "That a local model answers could not be noted: {0}", e.getMessage());
        }
    }
}
