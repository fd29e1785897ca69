package org.gatehouse.machine.slots;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where an appliance has what updates touch. Immutable.
 *
 * @param osRelease says which release runs
 * @param kernels the boot loader's releases
 * @param received where the daemon puts what it received; anything may lie there
 * @param own the agent's own folder, on the data partition
 * @param keyring the certificates of those whose bundles are taken
 * @param commandLine the kernel's
 * @param blocks the kernel's list of block devices
 * @param partitions partitions by their identifiers
 */
public record Layout(Path osRelease, Path kernels, Path received, Path own, Path keyring, Path commandLine,
        Path blocks, Path partitions) {

    /** An appliance's. */
    public static Layout ofAppliance() {
        return under(Path.of("/"));
    }

    /** The same below another root: {@code /} but for tests. */
    public static Layout under(Path root) {
        return new Layout(root.resolve("usr/lib/os-release"), root.resolve("efi/EFI/Linux"),
                root.resolve("var/lib/gatehouse/updates/incoming.bundle"), root.resolve("var/lib/gatehouse-updates"),
                root.resolve("usr/share/gatehouse/update-keyring.pem"), root.resolve("proc/cmdline"),
                root.resolve("sys/class/block"), root.resolve("dev/disk/by-partuuid"));
    }

    /** The bundle, once it is the agent's own: nobody else can change it between the check and the use. */
    Path bundle() {
        return own.resolve("bundle");
    }

    /** What was in it. */
    Path staged() {
        return own.resolve("staged");
    }

    /** The last attempt. */
    Path attempt() {
        return own.resolve("attempt.json");
    }

    /** What a release that was not good left behind: the last lines of its journal. */
    Path why(Version version) {
        return own.resolve("why-" + version + ".txt");
    }

    /** The release that runs, by its own word. */
    Version running() throws IOException {
        return Version.parse(osRelease("IMAGE_VERSION"))
                .orElseThrow(() -> new IOException(osRelease + " names no version. Write the disk image anew"));
    }

    /** For which kind of machine releases must be. */
    String compatible() throws IOException {
        return "gatehouse-" + osRelease("VARIANT_ID") + "-x86-64";
    }

    /** The root hash of the system that runs, in hexadecimal. */
    String rootHash() throws IOException {
        for (String word : Files.readString(commandLine).strip().split(" ", -1)) {
            if (word.startsWith("roothash=")) {
                return word.substring("roothash=".length());
            }
        }
        throw new IOException(
                "The system was started without a root hash, so it can't tell its slots apart. Restart the box");
    }

    private String osRelease(String name) throws IOException {
        return Files.readAllLines(osRelease).stream().filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1).replace("\"", "")).findFirst()
                .orElseThrow(() -> new IOException(osRelease + " has no " + name + ". Write the disk image anew"));
    }
}
