package org.gatehouse.machine.layers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import org.gatehouse.machine.agent.Refused;

/**
 * The layers that a box keeps: of each name the version that starts mount, which a link names, and the one that was in use
 * before. All of them were checked when they came.
 */
record Shelf(LayerPlaces places) {

    /**
     * One name's versions.
     *
     * @param chosen which starts mount
     * @param before which was chosen before, if it is still there
     */
    record Kept(Layer chosen, Optional<Layer> before) {}

    /** All, by name. */
    List<Kept> all() throws IOException {
        List<Kept> all = new ArrayList<>();
        if (!Files.isDirectory(places.kept())) {
            return all;
        }
        try (Stream<Path> files = Files.list(places.kept())) {
            for (Path link : files.filter(Files::isSymbolicLink).sorted().toList()) {
                of(Objects.requireNonNull(link.getFileName()).toString()).ifPresent(all::add);
            }
        }
        return all;
    }

    /** That of a name; empty where there is none, or its files are gone. */
    Optional<Kept> of(String name) throws IOException {
        Path link = places.kept().resolve(name);
        if (!Layer.NAME.matcher(name).matches() || !Files.isSymbolicLink(link)) {
            return Optional.empty();
        }
        String chosen = Files.readSymbolicLink(link).toString();
        List<Layer> versions = versions(name);
        Optional<Layer> now = versions.stream().filter(one -> one.image().equals(chosen)).findFirst();
        return now.map(one -> new Kept(one, versions.stream().filter(other -> !other.equals(one)).findFirst()));
    }

    /** Where the image of one lies. */
    Path image(Layer layer) {
        return places.kept().resolve(layer.image());
    }

    /** Takes a checked image in and chooses it; of those before, the one that was chosen stays. */
    void take(Path image, Layer layer) throws IOException {
        Optional<Kept> old = of(layer.name());
        Files.move(image, image(layer), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        Files.write(places.kept().resolve(layer.said()), layer.text());
        choose(layer);
        for (Layer other : versions(layer.name())) {
            if (!other.version().equals(layer.version())
                    && old.filter(kept -> kept.chosen().version().equals(other.version())).isEmpty()) {
                delete(other);
            }
        }
    }

    /** Has starts mount this one, from one moment to the next. */
    void choose(Layer layer) throws IOException {
        Path link = places.kept().resolve(layer.name());
        Path next = places.kept().resolve("." + layer.name());
        Files.deleteIfExists(next);
        Files.createSymbolicLink(next, Path.of(layer.image()));
        Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Forgets a name with all of its versions. What is mounted stays until the box starts again. */
    void remove(String name) throws Refused, IOException {
        if (of(name).isEmpty()) {
            throw unknown(name);
        }
        Files.delete(places.kept().resolve(name));
        for (Layer version : versions(name)) {
            delete(version);
        }
    }

    /** There is no such layer. */
    static Refused unknown(String name) {
        return new Refused("no_layer",
                "There is no layer " + (Layer.NAME.matcher(name).matches() ? name : "of that name")
                        + " on this box. List those that there are.");
    }

    private void delete(Layer layer) throws IOException {
        Files.deleteIfExists(image(layer));
        Files.deleteIfExists(places.kept().resolve(layer.said()));
    }

    private List<Layer> versions(String name) throws IOException {
        List<Layer> versions = new ArrayList<>();
        try (Stream<Path> files = Files.list(places.kept())) {
            for (Path said : files.filter(file -> file.toString().endsWith(".json")
                    && Objects.requireNonNull(file.getFileName()).toString()
                            .startsWith("gatehouse-layer_" + name + "_"))
                    .sorted().toList()) {
                try {
                    Layer layer = Layer.read(Files.readAllBytes(said));
                    if (Files.isRegularFile(image(layer), LinkOption.NOFOLLOW_LINKS)) {
                        versions.add(layer);
                    }
                } catch (Refused _) {
                    // A file that was cut off when the power went: its layer is not there.
                }
            }
        }
        return versions;
    }
}
