package org.gatehouse.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

import org.gatehouse.acceptance.machine.Disk;
import org.gatehouse.acceptance.machine.Hardware;

/**
 * Where rounds take place: the image under test, a folder for what they leave behind, and a box that was set up once, of which each round gets
 * a copy. Settings are system properties that {@code image-build/test} gives. One thread.
 */
final class Lab {
    /** As generous as a shared machine without hardware virtualization needs: rounds wait for what they see, never for a time. */
    static final Duration BOOT = Duration.ofMinutes(12);
    static final Duration SHUTDOWN = Duration.ofMinutes(5);
    /** Kernel arguments that have systemd say on the serial line what it starts, so that moments can be told apart. */
    static final List<String> TALKATIVE = List.of("systemd.show_status=yes", "rd.systemd.show_status=yes");
    private static final long DISK_BYTES = 12L << 30;
    private static final Lab ONLY = new Lab();

    private final Path image;
    private final Path work;

    private Lab() {
        Path folder = Path.of(property("image"));
        this.work = Path.of(property("work"));
        try (Stream<Path> files = Files.list(folder)) {
            this.image = files.filter(file -> file.getFileName().toString().matches("gatehouse_[0-9.]+\\.raw")).sorted()
                    .reduce((_, last) -> last)
                    .orElseThrow(() -> new IllegalStateException(folder + " has no gatehouse_VERSION.raw"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The laboratory of this run. */
    static Lab here() {
        return ONLY;
    }

    /** A setting; {@code image-build/test} gives each. */
    static String property(String name) {
        String value = System.getProperty("acceptance." + name, "");
        if (value.isEmpty()) {
            throw new IllegalStateException("acceptance." + name + " is not set: run image-build/test");
        }
        return value;
    }

    /** The version of the image under test. */
    String version() {
        return image.getFileName().toString().replaceFirst("gatehouse_(.*)\\.raw", "$1");
    }

    /** The disk that was built, which nobody may change. */
    Disk image() {
        return new Disk(image, Disk.Format.RAW, Disk.Cache.UNSAFE);
    }

    /** An empty folder for what one round needs. */
    Path folder(String name) throws IOException {
        Path folder = work.resolve(name);
        remove(folder);
        return Files.createDirectories(folder);
    }

    /** Removes a folder with all that is in it. */
    static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** A machine that the image was written to and that was never switched on. */
    Hardware newMachine(Path folder) throws IOException {
        return Hardware.with(folder, image().layer(folder.resolve("disk.qcow2"), DISK_BYTES));
    }

    /** The box that is set up, as a machine of its own; sets one up where this image has none yet. */
    SetUpBox setUpBox() throws IOException {
        Path kept = kept();
        if (!Files.exists(kept.resolve("box.properties"))) {
            try (Station station = Station.unpacked(folder("set-up"))) {
                station.setUp();
                keep(station);
            }
        }
        return SetUpBox.in(kept);
    }

    /** Keeps a station's box, which is switched off for it, as the one that later rounds get copies of. */
    void keep(Station station) throws IOException {
        SetUpBox box = station.settled();
        Path kept = kept();
        remove(kept);
        Files.createDirectories(kept);
        Files.move(box.disk().file(), kept.resolve("disk.qcow2"));
        Files.move(box.firmwareVariables(), kept.resolve("firmware.variables"));
        Properties properties = new Properties();
        properties.setProperty("fingerprint", box.fingerprint());
        properties.setProperty("key", box.key());
        properties.setProperty("providerPort", Integer.toString(box.providerPort()));
        try (var out = Files.newBufferedWriter(kept.resolve("box.properties.new"))) {
            properties.store(out, null);
        }
        Files.move(kept.resolve("box.properties.new"), kept.resolve("box.properties"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** For each build its own: a box that was set up with another image is no box of this one. */
    private Path kept() throws IOException {
        return work.resolve("set-up-" + version() + "-" + Files.getLastModifiedTime(image).toMillis());
    }
}
