package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The desired state of a daemon that is killed: a file for each deployment with the words that it was made of, so that a test reads
 * what is wished after a kill in the middle of an order too.
 */
final class WordBook implements DeploymentBook {
    private final Path directory;
    private final Function<String, ModelDeployment> made;

    WordBook(Path directory, Function<String, ModelDeployment> made) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.made = made;
    }

    /** The words of each, by name. */
    static Map<String, String> words(Path directory) throws IOException {
        Map<String, String> words = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.words")) {
            for (Path file : files) {
                String line = Files.readString(file);
                words.put(line.split(" ")[0], line);
            }
        }
        return words;
    }

    @Override
    public Collection<ModelDeployment> all() {
        try {
            List<ModelDeployment> all = new ArrayList<>();
            words(directory).values().forEach(each -> all.add(made.apply(each)));
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void put(ModelDeployment deployment) {
        String words = String.join(" ", deployment.name(), Integer.toString(deployment.replicas()), mode(deployment),
                deployment.engine().release());
        try {
            Path next = directory.resolve(deployment.name() + ".next");
            Files.writeString(next, words);
            Files.move(next, file(deployment.name()), StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String mode(ModelDeployment deployment) {
        return switch (deployment.mode()) {
            case LoadMode.Pinned _ -> "pinned";
            case LoadMode.OnDemand _ -> deployment.sleep() == SleepRule.NEVER ? "demand" : "sleeper";
        };
    }

    @Override
    public void remove(String name) {
        try {
            Files.deleteIfExists(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(String name) {
        return directory.resolve(name + ".words");
    }
}
