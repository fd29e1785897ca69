package org.gatehouse.machine.power;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Verb;

/** What the agent does about power. None of it waits until the machine is down. Thread-safe. */
public final class PowerVerbs {
    static final String RESTART = "power.restart";
    static final String OFF = "power.off";
    static final String RESET = "reset.everything";
    private static final Duration LONGEST = Duration.ofSeconds(30);
    /** What the initial RAM disk looks for: see image-build/initrd. */
    private static final String WISH = "efi/loader/gatehouse-reset";

    private final Path root;
    private final Programs programs;

    /** Of the machine below that root. */
    public PowerVerbs(Path root, Programs programs) {
        this.root = root;
        this.programs = programs;
    }

    /** {@code power.restart}, {@code power.off}, {@code reset.everything}. */
    public List<Verb> all() {
        return List.of(verb(RESTART, () -> systemctl("reboot")), verb(OFF, () -> systemctl("poweroff")),
                verb(RESET, this::reset));
    }

    private void systemctl(String what) throws IOException, InterruptedException {
        programs.must(LONGEST, "systemctl", "--no-block", what);
    }

    /**
     * The wish lies on the EFI system partition, outside of what is wiped: a power cut meanwhile, and the wiping begins
     * again. It says nothing but that, so whoever can write there wins nothing that they could not have by wiping.
     */
    private void reset() throws IOException, InterruptedException {
        Path wish = root.resolve(WISH);
        Files.createDirectories(java.util.Objects.requireNonNull(wish.getParent()));
        Files.write(wish, "everything\n".getBytes(StandardCharsets.US_ASCII));
        programs.must(LONGEST, "sync", "-f", wish.toString());
        systemctl("reboot");
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static Verb verb(String name, Work work) {
        return Verb.changing(name, (_, _) -> {
            work.run();
            return JsonNodeFactory.instance.objectNode();
        });
    }
}
