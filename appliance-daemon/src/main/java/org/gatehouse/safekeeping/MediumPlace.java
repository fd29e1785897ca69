package org.gatehouse.safekeeping;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

import org.gatehouse.machine.backups.BackupMedia;

/** A stick or disk that is plugged into an appliance. */
record MediumPlace(BackupMedia media, String volume) implements BackupPlace {

    @Override
    public void put(String name, Path file) throws IOException {
        media.put(volume, name, file);
    }

    @Override
    public List<Kept> list() throws IOException {
        return media.list(volume).stream().map(file -> new Kept(file.name(), file.bytes())).toList();
    }

    @Override
    public void get(String name, OutputStream out) throws IOException {
        media.get(volume, name, out);
    }

    @Override
    public void delete(String name) throws IOException {
        media.delete(volume, name);
    }
}
