package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.gatehouse.supervisor.fleet.EngineProcesses.Found;

/** Looks in a test daemon's directory for what nobody needs: processes, sockets, manifests. */
final class Leftovers {
    private final Path directory;

    Leftovers(Path directory) {
        this.directory = directory;
    }

    /** What is there beside what belongs to these instances, in words; empty if nothing is. */
    String beside(Set<String> living, List<Found> all) throws IOException {
        Set<String> working = all.stream().map(Found::instance).collect(Collectors.toCollection(TreeSet::new));
        if (!working.equals(living)) {
            return "processes of " + working + " instead of " + living;
        }
        if (all.stream().map(Found::marker).distinct().count() != living.size()) {
            return "families left of earlier generations: " + all;
        }
        Set<String> sockets = living.stream().map(id -> id + ".sock").collect(Collectors.toCollection(TreeSet::new));
        if (!files("r", "*").equals(sockets)) {
            return "sockets " + files("r", "*") + " instead of " + sockets;
        }
        Set<String> manifests = living.stream().map(id -> id + ".manifest")
                .collect(Collectors.toCollection(TreeSet::new));
        return files("s", "*.manifest").equals(manifests)
                ? ""
                : "manifests " + files("s", "*.manifest") + " instead of " + manifests;
    }

    private Set<String> files(String where, String pattern) throws IOException {
        Set<String> names = new TreeSet<>();
        Files.createDirectories(directory.resolve(where));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.resolve(where), pattern)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        return names;
    }
}
