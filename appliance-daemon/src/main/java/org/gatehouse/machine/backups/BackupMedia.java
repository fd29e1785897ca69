package org.gatehouse.machine.backups;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.update.Media;

/** Backups on what is plugged in, as the daemon sees them. What goes wrong is an {@code IOException} that says what to do. Thread-safe. */
public final class BackupMedia {
    private final AgentClient agent;
    private final Path folder;
    private final ReentrantLock carrying = new ReentrantLock();

    /**
     * Of this machine.
     *
     * @param data the daemon's data, on whose disk files are laid out for the agent
     */
    public BackupMedia(AgentClient agent, Path data) {
        this.agent = agent;
        this.folder = data.resolve(BackupVerbs.CARRIED);
    }

    /** What is plugged in. */
    public record Plugged(@About("What can take backups, and those on it.") List<BackupMedium> media,
            @About("What can't be read, and why.") List<Media.UnreadableMedium> unreadable) {

        /** Copies the lists. */
        public Plugged {
            media = List.copyOf(media);
            unreadable = List.copyOf(unreadable);
        }
    }

    /** Looks at what is plugged in. Takes seconds. */
    public Plugged look() throws IOException {
        ObjectNode told = ask(BackupVerbs.MEDIA, object());
        List<BackupMedium> media = new ArrayList<>();
        for (JsonNode one : told.path("media")) {
            if (Json.read(one, BackupMedium.class) instanceof Reading.Whole<BackupMedium>(BackupMedium medium)) {
                media.add(medium);
            }
        }
        return new Plugged(media, Media.unreadable(told));
    }

    /** Brings a whole file there, so that no other name ever shows a part of it. */
    public void put(String volume, String name, Path file) throws IOException {
        carrying.lock();
        Path outgoing = folder.resolve(BackupVerbs.OUTGOING);
        try {
            Files.createDirectories(folder, only("rwx------"));
            Files.deleteIfExists(outgoing);
            Files.createLink(outgoing, file);
            ask(BackupVerbs.PUT, object().put("volume", volume).put("name", name));
        } finally {
            Files.deleteIfExists(outgoing);
            carrying.unlock();
        }
    }

    /** What lies there under names of ours, the newest first. */
    public List<BackupMedium.BackupFile> list(String volume) throws IOException {
        return look().media().stream().filter(medium -> medium.volume().equals(volume)).findFirst()
                .orElseThrow(() -> new IOException("The medium " + volume + " is not plugged in. Plug it in again."))
                .backups();
    }

    /** Brings one back and writes it. */
    public void get(String volume, String name, OutputStream out) throws IOException {
        carrying.lock();
        Path incoming = folder.resolve(BackupVerbs.INCOMING);
        try {
            Files.createDirectories(folder, only("rwx------"));
            Files.deleteIfExists(incoming);
            Files.createFile(incoming, only("rw-------"));
            ask(BackupVerbs.GET, object().put("volume", volume).put("name", name));
            Files.copy(incoming, out);
        } finally {
            Files.deleteIfExists(incoming);
            carrying.unlock();
        }
    }

    /** Removes one of them. */
    public void delete(String volume, String name) throws IOException {
        ask(BackupVerbs.DELETE, object().put("volume", volume).put("name", name));
    }

    private static FileAttribute<?> only(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }

    private ObjectNode ask(String verb, ObjectNode asked) throws IOException {
        if (!agent.present()) {
            throw new IOException("The operating system of this machine is somebody else's: mount the disk there, and"
                    + " take its directory as the target.");
        }
        try {
            return agent.ask(verb, asked, Progress.NONE);
        } catch (Refused e) {
            throw new IOException(e.message(), e);
        }
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
