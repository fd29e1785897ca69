package org.gatehouse.machine.layers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.agent.Verb;

/** An appliance's layers in a folder, with programs that do what the real ones do to the images of {@link LayerFile}. Simulated. */
final class LayerBox implements Programs {
    final LayerPlaces places;
    final List<String> ran = new ArrayList<>();
    /** What each mounted layer holds beside what it says of itself: names of folders, and of programs that end with 0. */
    List<String> inside = List.of("bin/");
    /** Whether a start program fails. */
    boolean startFails;

    private final List<Verb> verbs;

    LayerBox(Path root) throws IOException {
        places = LayerPlaces.under(root);
        verbs = LayerVerbs.of(root, root.resolve("run/media"), this).all();
        kernel("6.12.1");
        Files.createDirectories(places.keyring().getParent());
        Files.writeString(places.keyring(), "maker");
    }

    void kernel(String version) throws IOException {
        Files.createDirectories(places.kernelRelease().getParent());
        Files.writeString(places.kernelRelease(), version + "\n");
    }

    static String text(String name, String version, String needs) {
        return "{\"name\":\"%s\",\"version\":\"%s\",\"needs\":{%s}}".formatted(name, version, needs);
    }

    void received(LayerFile file) throws IOException {
        file.in(places.received());
    }

    void installed(String name, String version, String needs) throws Exception {
        received(new LayerFile(200, text(name, version, needs), "maker"));
        ask("layers.install", "");
    }

    ObjectNode ask(String verb, String name) throws Refused, IOException, InterruptedException {
        return verbs.stream().filter(one -> one.name().equals(verb)).findFirst().orElseThrow()
                .run(JsonNodeFactory.instance.objectNode().put("name", name), Progress.NONE);
    }

    JsonNode only() throws Exception {
        JsonNode layers = ask("layers.state", "").path("layers");
        if (layers.size() != 1) {
            throw new AssertionError(layers.toString());
        }
        return Objects.requireNonNull(layers.get(0));
    }

    /** The box starts: nothing is mounted any more, and then what can be. */
    void start() throws Exception {
        delete(places.mounted());
        delete(places.dropIns());
        new LayerMounting(places, this).run();
    }

    List<String> kept() throws IOException {
        try (Stream<Path> files = Files.list(places.kept())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(one);
                }
            }
        }
    }

    @Override
    public Ended run(List<String> command, Duration longest) throws IOException {
        ran.add(String.join(" ", command));
        return switch (command.getFirst()) {
            case "openssl" -> {
                String signed = Files.readString(Path.of(command.get(command.indexOf("-in") + 1)));
                String hash = Files.readString(Path.of(command.get(command.indexOf("-content") + 1)));
                String maker = Files.readString(Path.of(command.get(command.indexOf("-certfile") + 1)));
                yield new Ended(signed.equals(maker + ":" + hash) ? 0 : 4, "Verification");
            }
            case "systemd-dissect" -> command.contains("--mount") ? mount(command) : unmount(command);
            case "systemctl" -> new Ended(0, "");
            default -> new Ended(startFails ? 1 : 0, "no such device\n");
        };
    }

    private Ended mount(List<String> command) throws IOException {
        byte[] image = Files.readAllBytes(Path.of(command.get(command.size() - 2)));
        Path at = Files.createDirectories(Path.of(command.getLast()));
        String start = new String(image, LayerFile.DATA, LayerFile.BLOCK, StandardCharsets.ISO_8859_1);
        Files.writeString(at.resolve(".layer.json"), start.lines().findFirst().orElseThrow());
        for (String name : inside) {
            if (name.endsWith("/")) {
                Files.createDirectories(at.resolve(name));
            } else {
                Files.writeString(at.resolve(name), "[Service]\n");
                at.resolve(name).toFile().setExecutable(name.equals("start"));
            }
        }
        return new Ended(0, "");
    }

    private static Ended unmount(List<String> command) throws IOException {
        delete(Path.of(command.getLast()));
        return new Ended(0, "");
    }
}
