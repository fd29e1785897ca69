package org.gatehouse.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.agent.Failures;

/** Where backups go, and who is warned. */
record SafekeepingStep(BackupPlan backups, AlertTargets alerts) implements Step<SafekeepingStep.Safekeeping> {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String ON_AN_APPLIANCE = "An appliance has /var/lib/gatehouse alone, such as"
            + " /var/lib/gatehouse/backups; bring backups to a stick, or elsewhere by SFTP or S3, once it is set up.";

    /** Where, and who. */
    record Safekeeping(@About("A backup each day; null for none.") BackupPlan.@Nullable Daily backup,
            @About("Who is warned; null for nobody.") AlertTargets.@Nullable Targets alerts) {}

    @Override
    public String name() {
        return "safekeeping";
    }

    @Override
    public Class<Safekeeping> form() {
        return Safekeeping.class;
    }

    @Override
    public ObjectNode found(Asking asking) {
        ObjectNode found = NODES.objectNode();
        backups.planned().ifPresentOrElse(planned -> {
            ObjectNode last = found.putObject("lastBackup");
            last.put("at", planned.lastAt() == null ? null : planned.lastAt().toString());
            last.put("file", planned.lastFile()).put("trouble", planned.trouble());
        }, () -> found.putNull("lastBackup"));
        return found;
    }

    @Override
    public List<Check> check(Safekeeping answer, Asking asking) {
        List<Check> checks = new ArrayList<>();
        BackupPlan.Daily backup = answer.backup();
        if (backup != null) {
            checks.add(written(Path.of(backup.directory())));
        }
        AlertTargets.Targets targets = answer.alerts();
        if (targets != null) {
            alerts.test(targets).ifPresent(checks::add);
        }
        return checks;
    }

    /** A directory that is not there yet is good if it can be made. */
    private static Check written(Path directory) {
        long begun = System.nanoTime();
        Path place = Files.isDirectory(directory) ? directory : directory.toAbsolutePath().getParent();
        if (place == null || !Files.isDirectory(place)) {
            return Check.failed("backup", "There is no directory " + directory + ", nor the one above it. Mount or make"
                    + " it. " + ON_AN_APPLIANCE, 0);
        }
        try {
            Path probe = Files.createTempFile(place, "gatehouse-", ".probe");
            Files.write(probe, new byte[4096]);
            Files.delete(probe);
            return Check.passed("backup", "Files can be written and deleted in " + place + ".",
                    (System.nanoTime() - begun) / 1_000_000);
        } catch (IOException e) {
            return Check.failed("backup", "No file can be written in " + place + " (" + e.getClass().getSimpleName()
                    + "). Let the daemon's user write there, and check its space. " + ON_AN_APPLIANCE,
                    (System.nanoTime() - begun) / 1_000_000);
        }
    }

    @Override
    public Outcome accept(Safekeeping answer, Asking asking) {
        try {
            BackupPlan.Daily backup = answer.backup();
            if (backup != null && !Files.isDirectory(Path.of(backup.directory()))) {
                Files.createDirectory(Path.of(backup.directory()));
            }
            boolean changed = backups.plan(backup);
            return switch (alerts.use(asking.actor(), answer.alerts())) {
                case AlertTargets.Use.Refused(Refusal refusal) -> new Outcome.Refused(refusal);
                case AlertTargets.Use.Done(boolean others) -> new Outcome.Done(Json.tree(answer),
                        NODES.objectNode().put("changed", changed || others), NODES.objectNode());
            };
        } catch (IOException e) {
            return new Outcome.Refused(new Refusal.Conflict("The directory for backups could not be made: "
                    + Failures.inWords(e) + " " + ON_AN_APPLIANCE));
        }
    }
}
