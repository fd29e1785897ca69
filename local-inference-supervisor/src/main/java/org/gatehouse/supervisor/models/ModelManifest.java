package org.gatehouse.supervisor.models;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * What a model consists of and where it came from. Signed when the import ends, never changed afterwards.
 *
 * @param name the model's name in the store
 * @param digest SHA-256 over paths, sizes and digests of all files: the same content has the same digest wherever it came from
 * @param source where it came from, in words
 * @param revision the commit of a hub; empty for other sources
 * @param importedAt when the import ended
 * @param by who wanted it
 * @param location the directory of a model that stays where it is; empty for one inside of the store
 * @param files all files, by path
 * @param leftOut paths of the source that were left out
 */
public record ModelManifest(String name, String digest, String source, String revision, Instant importedAt, String by,
        String location, List<File> files, List<String> leftOut) {

    /**
     * One file.
     *
     * @param path relative, with {@code /}
     * @param size bytes
     * @param sha256 lower-case hexadecimal
     */
    public record File(String path, long size, String sha256) {}

    /** Copies and sorts the files. */
    public ModelManifest {
        files = files.stream().sorted(Comparator.comparing(File::path)).toList();
        leftOut = leftOut.stream().sorted().toList();
    }

    /** All files together. */
    public long bytes() {
        return files.stream().mapToLong(File::size).sum();
    }

    /** The digest of these files. */
    static String digest(List<File> files) {
        StringBuilder text = new StringBuilder();
        files.stream().sorted(Comparator.comparing(File::path)).forEach(file -> text.append(file.sha256()).append(' ')
                .append(file.size()).append(' ').append(file.path()).append('\n'));
        return Digests.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
