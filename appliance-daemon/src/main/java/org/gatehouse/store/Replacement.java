package org.gatehouse.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;

/**
 * Puts a state that lies ready beside a box's own in its place, so that a cut at any moment leaves the one or the other: what is
 * to be moved is written down first, each step can be done again, and what was there is kept aside. A state on trial goes
 * back by itself when it can't be opened. For whoever holds the data directory's lock; not thread-safe.
 */
public final class Replacement {
    /** Where the new state lies ready. */
    static final String READY = "restoring";
    private static final String ASIDE = "before-restore-";
    private static final String FAILED = "restore-failed";
    private static final String PLAN = "restore.json";
    /** A start that was cut off counts as one that failed, but the first power cut says nothing of the state. */
    private static final int TRIES = 3;

    private final Path root;

    /** Of that data directory. */
    public Replacement(Path root) {
        this.root = root;
    }

    /** How far it is. */
    public enum Step {
        /** The moves are written down and may have begun. */
        MOVING,
        /** The new state is in place and has not been opened yet. */
        TRIED,
        /** The old state is on its way back. */
        RETURNING,
        /** The new state is the box's. */
        DONE,
        /** The old state is the box's again. */
        RETURNED
    }

    /**
     * Who put which backup in place.
     *
     * @param by whoever asked, in words
     * @param createdAt when the backup was made
     * @param box whose it was; {@code null} when it does not say
     * @param rows in all of its tables
     */
    public record Note(Instant at, String by, Instant createdAt, @Nullable String box, String schema, long rows) {}

    /**
     * The last one.
     *
     * @param fresh which parts the new state has
     * @param old which parts were there
     * @param aside the directory in the data directory where they are kept
     * @param trial whether the old state comes back when the new one can't be opened
     * @param tries how often it was tried to open it
     * @param reason why it went back; {@code null} when it did not
     * @param told whether the trail knows of its end
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Plan(Step step, List<String> fresh, List<String> old, String aside, boolean trial, int tries,
            @Nullable String reason, boolean told, Note note) {

        /** Copies the lists. */
        public Plan {
            fresh = List.copyOf(fresh);
            old = List.copyOf(old);
        }

        Plan at(Step next) {
            return new Plan(next, fresh, old, aside, trial, tries, reason, told, note);
        }

        Plan tried(int often) {
            return new Plan(Step.TRIED, fresh, old, aside, trial, often, reason, told, note);
        }

        Plan returning(String why) {
            return new Plan(Step.RETURNING, fresh, old, aside, trial, tries, why, told, note);
        }

        Plan wasTold() {
            return new Plan(step, fresh, old, aside, trial, tries, reason, true, note);
        }
    }

    /** The last one; empty when there was none. */
    public Optional<Plan> last() {
        try {
            return Optional.of(Backup.JSON.readValue(Files.readAllBytes(root.resolve(PLAN)), Plan.class));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new StoreFailure("The note on the last restore can't be read: " + root.resolve(PLAN) + " (" + e
                    + "). Check the data disk.", e);
        }
    }

    /**
     * Writes down that what lies ready shall be put in place; from here on it will be, also by the next start.
     *
     * @param old which parts of the state of before go aside; those that are there
     */
    Plan begin(List<String> old, boolean trial, Note note) throws IOException {
        Path ready = root.resolve(READY);
        List<String> fresh;
        try (Stream<Path> parts = Files.list(ready)) {
            fresh = parts.map(part -> part.getFileName().toString()).sorted().toList();
        }
        force(ready);
        String aside = ASIDE + note.at().getEpochSecond();
        for (int another = 1; Files.exists(root.resolve(aside)); another++) {
            aside = ASIDE + note.at().getEpochSecond() + "-" + another;
        }
        Plan plan = new Plan(Step.MOVING, fresh, old.stream().filter(part -> Files.exists(root.resolve(part))).toList(),
                aside, trial, 0, null, false, note);
        write(plan);
        return plan;
    }

    /**
     * Brings what was begun, or cut off, to where the box may be opened. To be called before anything of the state is.
     *
     * @throws StoreFailure when a file can't be moved
     */
    public void proceed() {
        try {
            Plan plan = last().orElse(null);
            if (plan == null) {
                Restore.delete(root.resolve(READY));
                return;
            }
            switch (plan.step()) {
                case MOVING -> move(plan);
                case TRIED -> {
                    if (plan.tries() >= TRIES) {
                        goBack(plan.returning("the box could not start with it, " + TRIES + " times"));
                    } else {
                        write(plan.tried(plan.tries() + 1));
                    }
                }
                case RETURNING -> goBack(plan);
                case DONE, RETURNED -> {
                    // What another one left that never got as far as a plan.
                    Restore.delete(root.resolve(READY));
                    Restore.delete(root.resolve(FAILED));
                }
            }
        } catch (IOException e) {
            throw unmoved(e);
        }
    }

    /** The box is open: what was on trial is its state from now on. */
    public void opened() {
        last().filter(plan -> plan.step() == Step.TRIED).ifPresent(plan -> {
            try {
                end(plan);
            } catch (IOException e) {
                throw unmoved(e);
            }
        });
    }

    /**
     * The box could not be opened. Puts the old state back if a new one was on trial.
     *
     * @param reason why not
     * @return whether it did, so that the box may be opened again
     */
    public boolean failed(String reason) {
        Plan plan = last().filter(one -> one.step() == Step.TRIED).orElse(null);
        if (plan == null) {
            return false;
        }
        try {
            goBack(plan.returning(reason));
            return true;
        } catch (IOException e) {
            throw unmoved(e);
        }
    }

    /** The trail knows of it. */
    public void told() {
        last().ifPresent(plan -> {
            try {
                write(plan.wasTold());
            } catch (IOException e) {
                throw unmoved(e);
            }
        });
    }

    /** How many bytes are kept of states of before. */
    public long keptBytes() throws IOException {
        long bytes = 0;
        for (Path aside : aside()) {
            try (Stream<Path> files = Files.walk(aside)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    bytes += Files.size(file);
                }
            }
        }
        return bytes;
    }

    /** Removes what is kept of states of before. Says whether there was something. */
    public boolean forget() throws IOException {
        List<Path> all = aside();
        for (Path aside : all) {
            Restore.delete(aside);
        }
        return !all.isEmpty();
    }

    private List<Path> aside() throws IOException {
        String moving = last().filter(plan -> plan.step() != Step.DONE && plan.step() != Step.RETURNED).map(Plan::aside)
                .orElse("");
        try (Stream<Path> files = Files.list(root)) {
            return files.filter(file -> file.getFileName().toString().matches(ASIDE + "[0-9-]+")
                    && !file.getFileName().toString().equals(moving)).toList();
        }
    }

    private void move(Plan plan) throws IOException {
        Path aside = root.resolve(plan.aside());
        if (!plan.fresh().stream().allMatch(part -> isThere(part, plan, aside))) {
            goBack(plan.returning("its files are gone"));
            return;
        }
        if (!plan.old().isEmpty()) {
            DataDirectory.createPrivate(aside);
        }
        for (String part : plan.old()) {
            // Where the new one has been put already, what is there is that.
            boolean put = plan.fresh().contains(part) && !Files.exists(root.resolve(READY).resolve(part));
            if (!put && Files.exists(root.resolve(part)) && !Files.exists(aside.resolve(part))) {
                Files.move(root.resolve(part), aside.resolve(part), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        for (String part : plan.fresh()) {
            if (Files.exists(root.resolve(READY).resolve(part))) {
                Files.move(root.resolve(READY).resolve(part), root.resolve(part), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        forceNames(root);
        if (Files.exists(aside)) {
            forceNames(aside);
        }
        if (plan.trial()) {
            write(plan.tried(1));
        } else {
            end(plan);
        }
    }

    /** Ready, or put in place already. */
    private boolean isThere(String part, Plan plan, Path aside) {
        return Files.exists(root.resolve(READY).resolve(part))
                || Files.exists(root.resolve(part))
                        && (!plan.old().contains(part) || Files.exists(aside.resolve(part)));
    }

    private void end(Plan plan) throws IOException {
        write(plan.at(Step.DONE));
        Restore.delete(root.resolve(READY));
    }

    private void goBack(Plan plan) throws IOException {
        write(plan);
        Path aside = root.resolve(plan.aside());
        Path failed = DataDirectory.createPrivate(root.resolve(FAILED));
        for (String part : plan.fresh()) {
            if (!plan.old().contains(part)) {
                out(part, failed);
            }
        }
        for (String part : plan.old()) {
            if (Files.exists(aside.resolve(part))) {
                out(part, failed);
                Files.move(aside.resolve(part), root.resolve(part), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        forceNames(root);
        write(plan.at(Step.RETURNED));
        Restore.delete(failed);
        Restore.delete(root.resolve(READY));
        try {
            Files.deleteIfExists(aside);
        } catch (DirectoryNotEmptyException _) {
            // Nothing of what is kept there is this one's: it stays.
        }
    }

    /** Takes a part of the new state away. What an earlier attempt has left there goes. */
    private void out(String part, Path failed) throws IOException {
        if (Files.exists(root.resolve(part))) {
            Restore.delete(failed.resolve(part));
            Files.move(root.resolve(part), failed.resolve(part), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private void write(Plan plan) throws IOException {
        Path draft = root.resolve(PLAN + ".new");
        Files.deleteIfExists(draft);
        Files.createFile(draft, DataDirectory.ownerOnly("rw-------", root));
        try (FileChannel file = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            file.write(java.nio.ByteBuffer.wrap(Backup.JSON.writeValueAsBytes(plan)));
            file.force(true);
        }
        Files.move(draft, root.resolve(PLAN), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceNames(root);
    }

    /** Has all of it on the disk before anything is moved. */
    private static void force(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                forceNames(file);
            }
        }
    }

    private static void forceNames(Path fileOrDirectory) throws IOException {
        try (FileChannel channel = FileChannel.open(fileOrDirectory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private StoreFailure unmoved(IOException e) {
        return new StoreFailure("The restore could not go on in " + root + " (" + e + "). Check the data disk; the next"
                + " start goes on with it.", e);
    }
}
