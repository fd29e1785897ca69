package org.gatehouse.safekeeping;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.gatehouse.machine.backups.BackupMedia;
import org.gatehouse.store.Database;
import org.gatehouse.store.SecretBox;

/**
 * Brings a backup a day to the target that an admin set up, and removes those there that are too old; only files whose names
 * it gave itself. What fails is tried again in an hour and told of until it works. Thread-safe.
 */
public final class BackupTargets implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BackupTargets.class.getName());
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final Duration AFTER_FAILURE = Duration.ofHours(1);
    private static final int PROBE_BYTES = 4096;
    private static final String PROBE = "gatehouse-probe";
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("'gatehouse-'yyyyMMdd-HHmmss'.backup'",
            Locale.ROOT);
    private static final Pattern OWN = Pattern.compile("gatehouse-\\d{8}-\\d{6}\\.backup");

    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("backup-target").factory());
    private final TargetRows rows;
    private final Path scratch;
    private final Writing writing;
    private final Runnable taken;
    private final BackupMedia media;
    private final Clock clock;
    /** One backup is brought at a time. */
    private final ReentrantLock bringing = new ReentrantLock();
    private volatile Instant notBefore = Instant.MIN;

    /** Writes a backup. */
    public interface Writing {
        /** With the key under a passphrase, or without it for {@code null}. */
        void write(OutputStream out, char @Nullable [] passphrase) throws IOException;
    }

    /**
     * Works without a thread until {@link #start}.
     *
     * @param scratch where a backup lies until it is brought away
     * @param taken is run after each that was brought
     * @param media what is plugged in
     */
    public BackupTargets(Database database, SecretBox secrets, Path scratch, Writing writing, Runnable taken,
            BackupMedia media, Clock clock) {
        this.rows = new TargetRows(database, secrets);
        this.scratch = scratch;
        this.writing = writing;
        this.taken = taken;
        this.media = media;
        this.clock = clock;
    }

    /** Begins to look each minute whether it is time. */
    public BackupTargets start() {
        timer.scheduleWithFixedDelay(this::look, EVERY.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
        return this;
    }

    /**
     * What is set up, and how the last one went.
     *
     * @param target without its secrets
     * @param passphraseSet whether its files can be opened on another box, by whoever knows it
     * @param lastFile the name of the last one there; {@code null} for none
     * @param trouble why the last attempt failed; {@code null} when it did not
     */
    public record Standing(BackupTargetDraft target, boolean secretSet, boolean passphraseSet,
            @Nullable Instant lastAt,
            @Nullable String lastFile,
            @Nullable String trouble) {}

    /** What is set up; empty for nothing. */
    public Optional<Standing> standing() {
        return rows.find().map(row -> new Standing(row.target().withSecret(null).withPassphrase(null),
                row.target().secret() != null, row.target().passphrase() != null, row.lastAt(), row.lastFile(),
                row.trouble()));
    }

    /** What is plugged in, and the backups on it, whatever is set up. Takes seconds. */
    public BackupMedia.Plugged media() throws IOException {
        return media.look();
    }

    /** Why the last attempt failed; empty when it did not. */
    public Optional<String> trouble() {
        return rows.trouble();
    }

    /**
     * Sets it up.
     *
     * @throws IllegalArgumentException when a secret is needed that is not there
     */
    public void set(BackupTargetDraft draft) {
        rows.write(whole(draft));
        notBefore = Instant.MIN;
    }

    /** With the stored secret where none is given and it goes to the very same place; the passphrase goes nowhere, so it stays anyway. */
    private BackupTargetDraft whole(BackupTargetDraft draft) {
        Optional<BackupTargetDraft> stored = rows.find().map(TargetRows.Row::target);
        BackupTargetDraft whole = draft.secret() == null
                ? draft.withSecret(stored.filter(draft::isSamePlace).map(BackupTargetDraft::secret).orElse(null))
                : draft;
        if (whole.passphrase() == null) {
            whole = whole.withPassphrase(stored.map(BackupTargetDraft::passphrase).orElse(null));
        }
        if (whole.wantsSecret() && whole.secret() == null) {
            throw new IllegalArgumentException("secret must be given: none is stored for this place");
        }
        return whole;
    }

    /** Sets nothing up any more; what lies at the target stays. Says whether there was something. */
    public boolean remove() {
        return rows.remove();
    }

    /**
     * Writes a file there, reads it back and removes it.
     *
     * @throws IOException says what does not work, and what to do
     * @throws IllegalArgumentException when a secret is needed that is not there
     */
    public void test(BackupTargetDraft draft) throws IOException {
        BackupPlace place = BackupPlace.of(whole(draft), media, clock);
        Path probe = fresh();
        try {
            byte[] content = new byte[PROBE_BYTES];
            Arrays.fill(content, (byte) 'g');
            Files.write(probe, content);
            place.put(PROBE, probe);
            ByteArrayOutputStream back = new ByteArrayOutputStream();
            place.get(PROBE, back);
            boolean listed = place.list().stream().anyMatch(kept -> kept.name().equals(PROBE));
            place.delete(PROBE);
            if (!Arrays.equals(content, back.toByteArray()) || !listed) {
                throw new IOException("What was written there did not come back as it was. Don't trust this place.");
            }
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    private Path fresh() throws IOException {
        return Files.createTempFile(scratch, "backup-", ".part",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private void look() {
        Instant now = clock.instant();
        try {
            if (now.isAfter(notBefore)) {
                rows.find().filter(row -> isDue(row, now.atZone(ZoneId.systemDefault()))).ifPresent(_ -> tried());
            }
        } catch (RuntimeException e) {
            notBefore = now.plus(AFTER_FAILURE);
            LOG.log(System.Logger.Level.WARNING, "The backup's target could not be looked at: " + e.getMessage());
        }
    }

    /** Once on each day of the box's own zone, after the hour that was chosen. */
    private static boolean isDue(TargetRows.Row row, ZonedDateTime now) {
        Instant last = row.lastAt();
        boolean today = last != null && last.atZone(now.getZone()).toLocalDate().equals(now.toLocalDate());
        return !today && now.getHour() >= row.target().hour();
    }

    private void tried() {
        try {
            LOG.log(System.Logger.Level.INFO, "The backup {0} was brought to its target", bring());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "The backup was not brought to its target; it is tried again in an"
                    + " hour: " + e.getMessage());
        }
    }

    /**
     * Brings one there now, and gives its name.
     *
     * @throws IOException says why not, and what to do
     */
    public String bring() throws IOException {
        if (!bringing.tryLock()) {
            throw new IOException("A backup is being brought there already. Wait for it.");
        }
        try {
            BackupTargetDraft target = rows.find().map(TargetRows.Row::target)
                    .orElseThrow(() -> new IOException("No target is set up."));
            Instant now = clock.instant();
            String name = NAME.format(now.atZone(ZoneId.systemDefault()));
            BackupPlace place = BackupPlace.of(target, media, clock);
            Path file = fresh();
            try {
                try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                    String passphrase = target.passphrase();
                    writing.write(out, passphrase == null ? null : passphrase.toCharArray());
                }
                place.put(name, file);
            } finally {
                Files.deleteIfExists(file);
            }
            rows.brought(now, name);
            taken.run();
            for (Kept old : own(place).stream().skip(target.keep()).toList()) {
                place.delete(old.name());
            }
            return name;
        } catch (IOException | RuntimeException e) {
            notBefore = clock.instant().plus(AFTER_FAILURE);
            rows.failed(String.valueOf(e.getMessage()));
            throw e;
        } finally {
            bringing.unlock();
        }
    }

    /** What lies there, the newest first. */
    public List<Kept> list() throws IOException {
        return own(place());
    }

    private static List<Kept> own(BackupPlace place) throws IOException {
        return place.list().stream().filter(kept -> OWN.matcher(kept.name()).matches())
                .sorted(Comparator.comparing(Kept::name).reversed()).toList();
    }

    /** Writes one that lies there. Only names that this box, or another one, gave. */
    public void fetch(String name, OutputStream out) throws IOException {
        if (!OWN.matcher(name).matches()) {
            throw new IOException("'" + name + "' is no backup's name. 'gatehouse backup-target list' names them.");
        }
        place().get(name, out);
    }

    private BackupPlace place() throws IOException {
        return BackupPlace.of(rows.find().map(TargetRows.Row::target)
                .orElseThrow(() -> new IOException("No target is set up.")), media, clock);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
