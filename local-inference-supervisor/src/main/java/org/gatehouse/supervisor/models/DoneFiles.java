package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** The journal of an import's complete files. A line is on disk before its file counts. Thread-safe. */
final class DoneFiles {
    private final Path journal;
    private final Map<String, ModelManifest.File> files = new LinkedHashMap<>();

    private DoneFiles(Path journal) {
        this.journal = journal;
    }

    /** Reads what is there. A last line that a crash cut off is dropped: its file will be brought again. */
    static DoneFiles open(Path journal) throws IOException {
        DoneFiles done = new DoneFiles(journal);
        if (Files.exists(journal)) {
            String text = Files.readString(journal, StandardCharsets.UTF_8);
            int whole = text.lastIndexOf('\n') + 1;
            for (String line : text.substring(0, whole).split("\n", -1)) {
                String[] parts = line.split(" ", 3);
                if (parts.length == 3) {
                    done.files.put(parts[2], new ModelManifest.File(parts[2], Long.parseLong(parts[1]), parts[0]));
                }
            }
            if (whole < text.length()) {
                Durable.write(journal, text.substring(0, whole).getBytes(StandardCharsets.UTF_8));
            }
        }
        return done;
    }

    synchronized void add(ModelManifest.File file) throws IOException {
        String line = file.sha256() + " " + file.size() + " " + file.path() + "\n";
        try (FileChannel channel = FileChannel.open(journal, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.APPEND)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(line);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        files.put(file.path(), file);
    }

    synchronized Map<String, ModelManifest.File> files() {
        return Map.copyOf(files);
    }
}
