package org.gatehouse.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.agent.Refused;

/**
 * Writes down what would change, in a file, and changes nothing: for machines whose operating system is somebody else's.
 * Thread-safe.
 */
public final class RecordingSystemChanges implements SystemChanges {
    private final Path file;
    private final ReentrantLock lock = new ReentrantLock();

    /** Records into that file. */
    public RecordingSystemChanges(Path file) {
        this.file = file;
    }

    @Override
    public boolean recorded() {
        return true;
    }

    @Override
    public Facts facts() {
        return new Facts(ThisMachine.hostname(), ZoneId.systemDefault().getId(), ThisMachine.cards());
    }

    @Override
    public Optional<MachineSettings> applied() {
        lock.lock();
        try {
            return Files.exists(file)
                    ? Optional.of(Json.trusted(Files.readString(file), MachineSettings.class))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Applied apply(MachineSettings wanted, Duration within) throws IOException {
        lock.lock();
        try {
            // What is written down has no secrets.
            if (applied().map(Json::tree).filter(Json.tree(wanted)::equals).isPresent()) {
                return new Applied(false, null);
            }
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(fresh, Json.text(Json.tree(wanted)) + "\n");
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return new Applied(true, null);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Trial> trial() {
        return Optional.empty();
    }

    @Override
    public Optional<Undone> undone() {
        return Optional.empty();
    }

    @Override
    public void keep() throws Refused {
        throw nothingOnTrial();
    }

    @Override
    public void undo() throws Refused {
        throw nothingOnTrial();
    }

    private static Refused nothingOnTrial() {
        return new Refused("no_trial", "No change of the network waits to be kept.");
    }
}
