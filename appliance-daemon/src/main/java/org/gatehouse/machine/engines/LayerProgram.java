package org.gatehouse.machine.engines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.gatehouse.machine.agent.Refused;

/** Finds an engine's program: only what a layer brings, for layers are signed and can't be changed. Stateless. */
final class LayerProgram {
    private static final int SET_USER_OR_GROUP = 06000;

    private LayerProgram() {}

    /** The program's real path, for a name that a layer's {@code bin} has, or a path below a layer. */
    static Path find(String word, EnginePlaces places) throws Refused, IOException {
        if (!word.contains("/")) {
            for (Path bin : bins(places)) {
                if (Files.isRegularFile(bin.resolve(word))) {
                    return checked(bin.resolve(word), places);
                }
            }
            throw EngineWish.refused("no layer brings its program");
        }
        Path path = Path.of(word);
        // The base's link leads there; a test's root has none.
        return checked(path.startsWith(places.home()) ? places.layers().resolve(places.home().relativize(path)) : path,
                places);
    }

    private static List<Path> bins(EnginePlaces places) throws IOException {
        if (!Files.isDirectory(places.layers())) {
            return List.of();
        }
        try (Stream<Path> layers = Files.list(places.layers())) {
            return layers.sorted().map(layer -> layer.resolve("bin")).toList();
        }
    }

    private static Path checked(Path path, EnginePlaces places) throws Refused, IOException {
        if (!path.isAbsolute() || !Files.isRegularFile(path)) {
            throw EngineWish.refused("no layer brings its program");
        }
        Path real = path.toRealPath();
        Path layers = places.layers().toRealPath();
        if (!real.startsWith(layers) || real.getNameCount() < layers.getNameCount() + 2) {
            throw EngineWish.refused("its program is not a layer's");
        }
        int mode = (Integer) Files.getAttribute(real, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & SET_USER_OR_GROUP) != 0 || !Files.isExecutable(real)
                || !Files.getOwner(real).equals(Files.getOwner(layers))) {
            throw EngineWish.refused("its program can't be run as it is");
        }
        return real;
    }
}
