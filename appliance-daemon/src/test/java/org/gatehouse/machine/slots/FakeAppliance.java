package org.gatehouse.machine.slots;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.agent.Verb;

/**
 * An appliance in a folder: two slots as files, an EFI system partition as a folder, and programs that do to them what the
 * real ones do. Simulated. Bundles are text files: {@code signer version compatible rootBytes}.
 */
public final class FakeAppliance implements Programs {
    static final String HASH = "0123456789abcdef0123456789abcdeffedcba9876543210fedcba9876543210";

    public final Path root;
    public final Layout layout;
    public final List<String> ran = new ArrayList<>();
    /** Thrown by the program of that name, as if the machine failed. */
    String fails = "";
    /** Whether the disk gives back something else than was written. */
    boolean rots;
    /** Whether a stick is gone a moment after it was mounted. */
    public boolean pullsOutWhenMounted;

    private final ArrayNode table = JsonNodeFactory.instance.arrayNode();
    private final Map<String, Verb> verbs = new TreeMap<>();

    /** A new one below that folder. */
    public FakeAppliance(Path root) throws IOException {
        this.root = root;
        layout = Layout.under(root);
        write("usr/lib/os-release", "IMAGE_ID=gatehouse\nIMAGE_VERSION=1.2.0\nVARIANT_ID=vm\n");
        write("proc/cmdline", "ro quiet roothash=" + HASH + " panic=10\n");
        write("usr/share/gatehouse/update-keyring.pem", "maker\n");
        Files.createDirectories(layout.kernels());
        Files.createDirectories(layout.partitions());
        Files.createDirectories(layout.blocks());
        Path disk = Files.createDirectories(root.resolve("sys/devices/pci/block/vda"));
        Files.writeString(disk.resolve("removable"), "0\n");
        String running = "gatehouse_1.2.0";
        partition(disk, 1, "gatehouse-esp", 1000);
        partition(disk, 2, running, 4096);
        partition(disk, 3, running, 512);
        partition(disk, 4, "_empty", 4096);
        partition(disk, 5, "_empty", 512);
        Files.createDirectories(root.resolve("dev"));
        Files.writeString(root.resolve("dev/vda2"), "");
        Files.createSymbolicLink(layout.partitions().resolve("01234567-89ab-cdef-0123-456789abcdef"),
                root.resolve("dev/vda2"));
        kernel("gatehouse_1.2.0.efi");
        for (Verb verb : new UpdateVerbs(layout, root.resolve("run/media"), this, Clock.systemUTC(),
                kernel -> kernel.equals("6.99") ? List.of("driver 1") : List.of()).all()) {
            verbs.put(verb.name(), verb);
        }
    }

    private void partition(Path disk, int number, String label, long sectors) throws IOException {
        Path partition = Files.createDirectories(disk.resolve("vda" + number));
        Files.writeString(partition.resolve("partition"), number + "\n");
        table.addObject().put("node", root.resolve("dev/vda" + number).toString()).put("size", sectors).put("uuid",
                "00000000-0000-0000-0000-00000000000" + number).put("name", label);
        Files.createSymbolicLink(layout.blocks().resolve("vda" + number), partition);
    }

    /** Plugs a stick in that has these files. */
    public Path stick(String kind) throws IOException {
        Path disk = Files.createDirectories(root.resolve("sys/devices/pci/usb1/block/sdb"));
        Files.writeString(disk.resolve("removable"), "1\n");
        Files.createSymbolicLink(layout.blocks().resolve("sdb"), disk);
        write("stick-kind", kind);
        return Files.createDirectories(root.resolve("stick"));
    }

    void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    void kernel(String name) throws IOException {
        Files.writeString(layout.kernels().resolve(name), "kernel");
    }

    void received(String bundle) throws IOException {
        Files.createDirectories(layout.received().getParent());
        Files.writeString(layout.received(), bundle);
    }

    List<String> kernels() throws IOException {
        try (Stream<Path> files = Files.list(layout.kernels())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    ObjectNode ask(String verb) throws Refused, IOException, InterruptedException {
        return ask(verb, JsonNodeFactory.instance.objectNode());
    }

    ObjectNode ask(String verb, JsonNode asked) throws Refused, IOException, InterruptedException {
        return Objects.requireNonNull(verbs.get(verb), verb).run(asked, Progress.NONE);
    }

    @Override
    public Ended run(List<String> command, Duration longest) throws IOException {
        ran.add(String.join(" ", command).replace(root.toString(), ""));
        if (!fails.isEmpty() && command.getFirst().endsWith(fails)) {
            return new Ended(1, fails + ": the disk is gone\n");
        }
        return switch (command.getFirst()) {
            case "rauc" -> command.get(2).equals("info") ? info(command) : extract(command);
            case "/usr/lib/systemd/systemd-sysupdate" -> sysupdate(command.getLast());
            case "sfdisk" -> new Ended(0, command.contains("--json")
                    ? JsonNodeFactory.instance.objectNode()
                            .set("partitiontable", JsonNodeFactory.instance.objectNode().put("sectorsize", 512)
                                    .set("partitions", table))
                            .toString()
                    : "");
            case "mount" -> mount(command);
            default -> new Ended(0, "");
        };
    }

    private record Written(String signer, String version, String compatible, int rootBytes) {
        private static final String ID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

        static Written read(String text) {
            String[] words = text.strip().split(" ");
            return new Written(words[0], words[1], words[2], Integer.parseInt(words[3]));
        }

        String root() {
            return "gatehouse_" + version + "_" + ID + ".root.raw";
        }

        String verity() {
            return "gatehouse_" + version + "_" + ID.replace('a', 'b') + ".verity.raw";
        }

        String kernel() {
            return "gatehouse_" + version + ".efi";
        }
    }

    private Ended info(List<String> command) throws IOException {
        String text = Files.readString(Path.of(command.get(4)));
        if (text.isBlank()) {
            return new Ended(1, "Invalid bundle format: Signature size is 0\n");
        }
        Written bundle = Written.read(text);
        if (!bundle.signer().equals("maker")) {
            return new Ended(1, "signature verification failed: Verify error: self-signed certificate\n");
        }
        ObjectNode told = JsonNodeFactory.instance.objectNode().put("compatible", bundle.compatible()).put("version",
                bundle.version()).put("description", "Linux 6.99");
        var images = told.putArray("images");
        images.addObject().putObject("root").put("filename", bundle.root()).put("size", bundle.rootBytes());
        images.addObject().putObject("verity").put("filename", bundle.verity()).put("size", 100);
        images.addObject().putObject("kernel").put("filename", bundle.kernel()).put("size", 6);
        return new Ended(0, "rauc-Message: Verified inline signature\n" + told + "\n");
    }

    private Ended extract(List<String> command) throws IOException {
        Written bundle = Written.read(Files.readString(Path.of(command.get(3))));
        Path into = Files.createDirectories(Path.of(command.get(4)));
        Files.write(into.resolve(bundle.root()), new byte[bundle.rootBytes()]);
        Files.write(into.resolve(bundle.verity()), new byte[100]);
        Files.writeString(into.resolve(bundle.kernel()), "kernel");
        return new Ended(0, "");
    }

    private Ended sysupdate(String version) throws IOException {
        try (Stream<Path> staged = Files.list(layout.staged())) {
            for (Path image : staged.toList()) {
                String name = image.getFileName().toString();
                if (name.endsWith(".efi")) {
                    Files.copy(image, layout.kernels().resolve("gatehouse_" + version + "+2-0.efi"));
                } else {
                    byte[] written = Files.readAllBytes(image);
                    if (rots) {
                        written[written.length / 2] ^= 1;
                    }
                    // The table knows; the links by identifier lag behind, as they do on a real box.
                    ObjectNode slot = (ObjectNode) Objects.requireNonNull(table.get(name.contains("root") ? 3 : 4));
                    slot.put("uuid", name.replaceAll(".*_([0-9a-f-]{36})\\..*", "$1").toUpperCase(Locale.ROOT)).put(
                            "name",
                            "gatehouse_" + version);
                    Files.write(Path.of(slot.path("node").asText()), written);
                }
            }
        }
        return new Ended(0, "");
    }

    private Ended mount(List<String> command) throws IOException {
        String kind = Files.readString(root.resolve("stick-kind"));
        if (!command.get(2).equals(kind)) {
            return new Ended(32, kind.startsWith("no medium") ? kind : "wrong fs type\n");
        }
        Path place = Path.of(command.getLast());
        Files.delete(place);
        if (pullsOutWhenMounted) {
            return new Ended(0, "");
        }
        Files.createSymbolicLink(place, root.resolve("stick"));
        return new Ended(0, "");
    }
}
