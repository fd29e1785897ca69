package org.gatehouse.acceptance;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine;

import org.gatehouse.acceptance.box.Administrator;
import org.gatehouse.acceptance.box.Box;
import org.gatehouse.acceptance.box.Claim;
import org.gatehouse.acceptance.box.Unattended;
import org.gatehouse.acceptance.machine.NotSeen;
import org.gatehouse.acceptance.machine.SerialLine;
import org.gatehouse.acceptance.machine.VirtualMachine;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

/**
 * Sets up a machine that somebody else started from a new image, carries a call through it, looks into its trail, and switches it off. The exit
 * status says whether all of it went well.
 */
@CommandLine.Command(name = "check", mixinStandardHelpOptions = true, description = "Sets up a virtual machine with a new image, makes a governed call, and switches it off.")
public final class Check implements Callable<Integer> {
    private static final String MODEL = "gpt-4o";
    /** Packer copies the disk before it starts the machine. */
    private static final Duration STARTED = Duration.ofMinutes(3);
    private static final Duration PAUSE = Duration.ofMillis(500);

    @CommandLine.Option(names = "--serial", required = true, description = "file that the serial line is written to")
    private Path serial = Path.of("");

    @CommandLine.Option(names = "--port", required = true, description = "port of this machine that leads to the guest's port 443")
    private int port;

    @CommandLine.Option(names = "--control", required = true, description = "QEMU's control socket (QMP)")
    private Path control = Path.of("");

    @CommandLine.Option(names = "--folder", required = true, description = "for the answers file and what set-up says")
    private Path folder = Path.of("");

    @CommandLine.Option(names = "--minutes", defaultValue = "15", description = "how long to wait for each thing")
    private int minutes;

    private Check() {}

    /** Runs the program; its exit status is 0 when the image is good, 1 when not, 2 on bad usage. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Check()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        try (SimulatedProvider provider = SimulatedProvider.start(ProviderKind.OPENAI,
                ProviderOptions.usual().withApiKey(Unattended.PROVIDER_KEY).withModels(MODEL))) {
            Claim claim = claim();
            say("the console shows a claim code and a fingerprint");
            try (Box box = new Box(port, claim.fingerprint())) {
                box.awaitAnswer(Duration.ofMinutes(minutes));
                // QEMU's user network leads 10.0.2.2 to this machine's loopback address.
                Unattended unattended = new Unattended(folder,
                        URI.create("http://10.0.2.2:" + provider.uri().getPort()),
                        MODEL);
                unattended.setUp(box.address(), claim);
                say("the answers file was taken");
                String call = box.chat(unattended.key(), MODEL, "Hello").expect(200).requestId();
                box.signIn(Administrator.OF_TESTS);
                JsonNode trail = box.verifiedTrail();
                if (box.rowsOf(call).size() != 1 || !trail.path("intact").asBoolean()) {
                    throw new AssertionError("the trail does not hold the call as it should: " + trail);
                }
                say("a governed call was made, and is in an intact trail of " + trail.path("records") + " records");
            }
            VirtualMachine.pressPowerAt(control);
            say("the power button was pressed");
            return 0;
        } catch (AssertionError e) {
            System.err.println("check: " + e.getMessage());
            // Whoever waits for the machine's end is not to wait for ever.
            if (Files.exists(control)) {
                VirtualMachine.cutPowerAt(control);
            }
            return 1;
        }
    }

    private Claim claim() throws IOException {
        long noMachine = System.nanoTime() + STARTED.toNanos();
        long end = System.nanoTime() + Duration.ofMinutes(minutes).toNanos();
        while (true) {
            List<String> screen = Files.exists(serial) ? SerialLine.screenOf(serial) : List.of();
            Optional<Claim> claim = Claim.in(screen);
            if (claim.isPresent()) {
                return claim.get();
            }
            if (System.nanoTime() > noMachine && !Files.exists(control)) {
                throw new NotSeen("Nobody has started a machine: there is no control socket " + control);
            }
            if (System.nanoTime() > end) {
                throw new NotSeen("The console showed no claim code in " + minutes + " minutes. It shows: "
                        + String.join("\n", screen));
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private static void say(String what) {
        System.out.println("check: " + what);
    }
}
