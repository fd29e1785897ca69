package org.gatehouse.daemon;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.gatehouse.audit.Trail;
import org.gatehouse.setup.BackupPlan;
import org.gatehouse.store.Backup;

/** Lays a backup each day where the plan says, and removes those that are too old. What fails is tried again in an hour. */
final class DailyBackup implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DailyBackup.class.getName());
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final Duration AFTER_FAILURE = Duration.ofHours(1);
    private static final Duration LONGEST_CATCH_UP = Duration.ofSeconds(30);
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("'gatehouse-'yyyyMMdd-HHmmss'.backup'",
            Locale.ROOT);
    private static final String OWN = "gatehouse-\\d{8}-\\d{6}\\.backup";

    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("daily-backup").factory());
    private final BackupPlan plan;
    private final Backup backup;
    private final Trail trail;
    private final Clock clock;
    private final Runnable taken;
    private Instant notBefore = Instant.MIN;

    DailyBackup(BackupPlan plan, Backup backup, Trail trail, Runnable taken, Clock clock) {
        this.taken = taken;
        this.plan = plan;
        this.backup = backup;
        this.trail = trail;
        this.clock = clock;
        timer.scheduleWithFixedDelay(this::look, EVERY.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
    }

    private void look() {
        Instant now = clock.instant();
        try {
            if (now.isAfter(notBefore)) {
                plan.planned().filter(planned -> isDue(planned, now.atZone(ZoneId.systemDefault())))
                        .ifPresent(planned -> make(planned.daily(), now));
            }
        } catch (RuntimeException e) {
            notBefore = now.plus(AFTER_FAILURE);
            LOG.log(System.Logger.Level.WARNING, "The daily backup could not be looked at: " + e.getMessage());
        }
    }

    /** Once on each day of the box's own zone, after the hour that was chosen. */
    static boolean isDue(BackupPlan.Planned planned, ZonedDateTime now) {
        Instant last = planned.lastAt();
        boolean today = last != null && last.atZone(now.getZone()).toLocalDate().equals(now.toLocalDate());
        return !today && now.getHour() >= planned.daily().hour();
    }

    private void make(BackupPlan.Daily daily, Instant now) {
        try {
            Path file = write(Path.of(daily.directory()), now);
            plan.made(now, file.toString());
            taken.run();
            prune(Path.of(daily.directory()), daily.keep());
            LOG.log(System.Logger.Level.INFO, "The daily backup is in {0}", file);
        } catch (IOException | RuntimeException e) {
            notBefore = now.plus(AFTER_FAILURE);
            LOG.log(System.Logger.Level.ERROR, "The daily backup to " + daily.directory()
                    + " failed; it is tried again in an hour. Check the directory and its space.", e);
            plan.failed(String.valueOf(e.getMessage()));
        }
    }

    private Path write(Path directory, Instant now) throws IOException {
        // What has been acknowledged is then in the database, from where it is backed up.
        trail.flush(LONGEST_CATCH_UP);
        Path part = Files.createTempFile(directory, "gatehouse-", ".part",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part))) {
                backup.write(out, null);
            }
            Path file = directory.resolve(NAME.format(now.atZone(ZoneId.systemDefault())));
            return Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Only files whose names it gave itself. */
    static void prune(Path directory, int keep) throws IOException {
        List<Path> own;
        try (Stream<Path> files = Files.list(directory)) {
            own = files.filter(file -> file.getFileName().toString().matches(OWN))
                    .sorted(Comparator.comparing((Path file) -> file.getFileName().toString()).reversed()).toList();
        }
        for (Path old : own.subList(Math.min(keep, own.size()), own.size())) {
            Files.deleteIfExists(old);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
