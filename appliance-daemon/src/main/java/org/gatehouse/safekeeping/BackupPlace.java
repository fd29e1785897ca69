package org.gatehouse.safekeeping;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;

import org.gatehouse.machine.backups.BackupMedia;

/** Somewhere that files can be brought to. Each call opens and closes what it needs. Failures say what to do. Thread-safe. */
interface BackupPlace {

    /** Brings a whole file there, so that no other name ever shows a part of it. */
    void put(String name, Path file) throws IOException;

    /** What is there under names of ours, in no order. */
    List<Kept> list() throws IOException;

    /** Writes one of them. */
    void get(String name, OutputStream out) throws IOException;

    /** Removes one of them. */
    void delete(String name) throws IOException;

    /** Opens the place that was set up. */
    static BackupPlace of(BackupTargetDraft target, BackupMedia media, Clock clock) {
        return switch (target.kind()) {
            case DIRECTORY -> new DirectoryPlace(Path.of(Objects.requireNonNull(target.directory())));
            case MEDIUM -> new MediumPlace(media, Objects.requireNonNull(target.directory()));
            case S3 -> new S3Place(Objects.requireNonNull(target.s3()), target.secret(), clock);
            case SFTP -> new SftpPlace(Objects.requireNonNull(target.sftp()),
                    Objects.requireNonNull(target.directory()), target.secret());
        };
    }
}
