package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.Instance;

/**
 * What instances leave behind that nobody will want again: threads, output, directories with their caches. As long as a deployment is
 * there they are kept, for the next start and for whoever reads why the last one failed. Thread-safe; blocks.
 */
final class Remains {
    private final Path directories;
    private final Instances instances;

    Remains(FleetSettings settings, Instances instances) {
        this.directories = settings.stateDirectory().resolve("instances");
        this.instances = instances;
    }

    /** Where an instance keeps its files. */
    static Path directory(FleetSettings settings, String id) {
        return settings.stateDirectory().resolve("instances").resolve(id);
    }

    /** Clears away all that this deployment's instances left; none of them may run. */
    void clear(String deployment) {
        Set<String> ids = directories();
        instances.all().stream().map(Instance::id).forEach(ids::add);
        clear(ids, deployment::equals);
    }

    /** Clears away what is left of deployments that were removed while no daemon ran. */
    void clearAllBut(Set<String> deployments) {
        clear(directories(), name -> !deployments.contains(name));
    }

    private Set<String> directories() {
        Set<String> ids = new TreeSet<>();
        if (Files.isDirectory(directories)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(directories)) {
                found.forEach(path -> ids.add(String.valueOf(path.getFileName())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return ids;
    }

    private void clear(Set<String> ids, Predicate<String> gone) {
        ids.removeIf(id -> id.lastIndexOf('-') < 0 || !gone.test(id.substring(0, id.lastIndexOf('-'))));
        for (String id : ids) {
            if (instances.forget(id)) {
                delete(directories.resolve(id));
            }
        }
    }

    /** A link is deleted, never what it leads to: models are linked there. */
    private static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException fault)
                        throws IOException {
                    if (fault != null) {
                        throw fault;
                    }
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
