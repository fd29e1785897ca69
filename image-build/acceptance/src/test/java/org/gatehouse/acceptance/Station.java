package org.gatehouse.acceptance;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.gatehouse.acceptance.box.Administrator;
import org.gatehouse.acceptance.box.Box;
import org.gatehouse.acceptance.box.Claim;
import org.gatehouse.acceptance.box.Unattended;
import org.gatehouse.acceptance.machine.Disk;
import org.gatehouse.acceptance.machine.Hardware;
import org.gatehouse.acceptance.machine.VirtualMachine;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

/**
 * A place where one box runs, with a provider beside it for its calls: switched on and off, cut from the mains, used over HTTPS. One thread,
 * but for calls to the box.
 */
final class Station implements AutoCloseable {
    static final String MODEL = "gpt-4o";

    private Hardware hardware;
    private final SimulatedProvider provider;
    private String fingerprint;
    private String key;
    private @Nullable VirtualMachine machine;
    private @Nullable Box box;

    private Station(Hardware hardware, int providerPort, String fingerprint, String key) throws IOException {
        this.hardware = hardware;
        this.fingerprint = fingerprint;
        this.key = key;
        this.provider = SimulatedProvider.start(ProviderKind.OPENAI, ProviderOptions.usual().withPort(providerPort)
                .withApiKey(Unattended.PROVIDER_KEY).withModels(MODEL).withUsualTokens(8));
    }

    /** A box that was just written to its disk. */
    static Station unpacked(Path folder) throws IOException {
        return new Station(Lab.here().newMachine(folder), 0, "", "");
    }

    /** A copy of the box that is set up. */
    static Station copyOfSetUpBox(Path folder) throws IOException {
        SetUpBox original = Lab.here().setUpBox();
        Files.copy(original.firmwareVariables(), folder.resolve("firmware.variables"));
        Disk disk = original.disk().layer(folder.resolve("disk.qcow2"), 0);
        return new Station(Hardware.with(folder, disk), original.providerPort(), original.fingerprint(),
                original.key());
    }

    /** Of what the machine is made. */
    Hardware hardware() {
        return hardware;
    }

    /** Rebuilds the machine, which is off. */
    void rebuild(Hardware other) {
        hardware = other;
    }

    /** Has the disk carry out the guest's flushes, as a cut of the power asks for. */
    void makeDisksHonest() {
        hardware = hardware.withDisks(hardware.disks().stream().map(Disk::honest).toList());
    }

    /** Switches the machine on; another machine than before. */
    VirtualMachine switchOn() throws IOException {
        close(machine, box);
        machine = null;
        box = null;
        machine = VirtualMachine.switchOn(hardware);
        if (!fingerprint.isEmpty()) {
            box = new Box(machine.port(443), fingerprint);
        }
        return machine;
    }

    /** The machine, which was switched on before. */
    VirtualMachine machine() {
        return Objects.requireNonNull(machine, "it was never switched on");
    }

    /** The box, whose fingerprint is known: set up, or claimed from its console. */
    Box box() {
        return Objects.requireNonNull(box, "its fingerprint is not known yet");
    }

    /** A key of the project that set-up made. */
    String key() {
        return key;
    }

    /** The provider that the box calls. */
    SimulatedProvider provider() {
        return provider;
    }

    /** Where the box finds the provider: QEMU's user network leads 10.0.2.2 to this machine's loopback address. */
    URI providerAsTheBoxSeesIt() {
        return URI.create("http://10.0.2.2:" + provider.uri().getPort());
    }

    /** Trusts the fingerprint on the console from now on. */
    Claim readClaim() {
        Claim claim = Claim.on(machine().serial(), Lab.BOOT);
        fingerprint = claim.fingerprint();
        box = new Box(machine().port(443), fingerprint);
        return claim;
    }

    /** Sets the box up with an answers file, from this machine. */
    String applyAnswers(Claim claim) throws IOException {
        Unattended unattended = new Unattended(hardware.folder().resolve("answers"), providerAsTheBoxSeesIt(), MODEL);
        String said = unattended.setUp(box().address(), claim);
        key = unattended.key();
        return said;
    }

    /** From the mains to a box that serves, without looking left or right. */
    void setUp() throws IOException {
        switchOn();
        Claim claim = readClaim();
        box().awaitAnswer(Lab.BOOT);
        applyAnswers(claim);
    }

    /** Switches on what is set up, and waits until it serves and somebody is signed in. */
    void serve() throws IOException {
        switchOn();
        box().awaitReady(Lab.BOOT);
        box().signIn(Administrator.OF_TESTS);
    }

    /** Has the operating system shut down. */
    void shutDown() throws IOException {
        machine().pressPower();
        machine().awaitOff(Lab.SHUTDOWN);
    }

    /** The box as it is after it was switched off in good order. */
    SetUpBox settled() throws IOException {
        if (machine().isOn()) {
            shutDown();
        }
        return new SetUpBox(hardware.disks().getFirst(), hardware.folder().resolve("firmware.variables"), fingerprint,
                key, provider.uri().getPort());
    }

    @Override
    public void close() throws IOException {
        close(machine, box);
        provider.close();
    }

    private static void close(@Nullable VirtualMachine machine, @Nullable Box box) throws IOException {
        if (box != null) {
            box.close();
        }
        if (machine != null) {
            machine.close();
        }
    }
}
