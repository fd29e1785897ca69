package org.gatehouse.acceptance.machine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A running virtual machine: QEMU in a process of its own, its processor emulated, so that it runs wherever the tests do. It has UEFI firmware, a
 * screen, a serial line and a network behind which this machine is 10.0.2.2. Thread-safe.
 */
public final class VirtualMachine implements AutoCloseable {
    private static final Path FIRMWARE = Path.of(System.getProperty("acceptance.firmware", "/usr/share/OVMF"));
    private static final Duration STARTED = Duration.ofSeconds(60);
    /** No five-level page tables: their emulation costs a fifth of the speed. */
    private static final List<String> COMPUTER = List.of("-accel", "tcg,thread=multi,tb-size=512",
            "-cpu", "max,la57=off", "-smp", "2", "-m", "3072");
    private static final String STICK = "stick";
    private static final String NETWORK = "network";
    private static final Duration MOMENT = Duration.ofMillis(50);

    private final Hardware hardware;
    private final Process process;
    private final Qmp control;
    private final SerialLine serial;
    private final Map<Integer, Integer> forwarded;
    private final Thread atExit;
    private final long poweredOn;

    private VirtualMachine(Hardware hardware, Process process, Path sockets, Map<Integer, Integer> forwarded)
            throws IOException {
        this.hardware = hardware;
        this.process = process;
        this.forwarded = Map.copyOf(forwarded);
        this.atExit = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(atExit);
        try {
            this.serial = new SerialLine(connected(sockets.resolve("serial")),
                    hardware.folder().resolve("serial-" + System.currentTimeMillis() + ".log"));
            this.control = new Qmp(connected(sockets.resolve("control")));
            this.serial.switchedOn();
            this.poweredOn = System.nanoTime();
            control.command("cont", Map.of());
        } catch (IOException e) {
            process.destroyForcibly();
            throw new IOException("QEMU did not start: " + Files.readString(hardware.folder().resolve("qemu.log")), e);
        } finally {
            Files.deleteIfExists(sockets.resolve("serial"));
            Files.deleteIfExists(sockets.resolve("control"));
            Files.deleteIfExists(sockets);
        }
    }

    /**
     * Switches a machine on.
     *
     * @throws IOException if QEMU can't start; the message has its words
     */
    public static VirtualMachine switchOn(Hardware hardware) throws IOException {
        Path folder = Files.createDirectories(hardware.folder());
        Path variables = folder.resolve("firmware.variables");
        if (!Files.exists(variables)) {
            Files.copy(FIRMWARE.resolve("OVMF_VARS_4M.fd"), variables, StandardCopyOption.REPLACE_EXISTING);
        }
        // A socket's path has 107 bytes; the folder's may be longer.
        Path sockets = Files.createTempDirectory("vm");
        List<String> command = new ArrayList<>(List.of("qemu-system-x86_64"));
        command.addAll(hardware.firmware().computer());
        command.addAll(COMPUTER);
        command.addAll(List.of("-nodefaults", "-no-user-config", "-S", "-display", "none", "-vga", "std",
                "-chardev", "socket,id=serial,server=on,wait=off,path=" + sockets.resolve("serial"),
                "-serial", "chardev:serial",
                "-qmp", "unix:" + sockets.resolve("control") + ",server=on,wait=off",
                "-drive", "if=pflash,format=raw,readonly=on,file=" + FIRMWARE.resolve(hardware.firmware().file()),
                "-drive", "if=pflash,format=raw,file=" + variables,
                "-device", "virtio-rng-pci"));
        for (int i = 0; i < hardware.disks().size(); i++) {
            Disk disk = hardware.disks().get(i);
            command.addAll(List.of("-drive", "if=none,id=disk" + i + ",discard=unmap,file=" + disk.file() + ",format="
                    + disk.format().word() + ",cache=" + disk.cache().word(),
                    "-device", "virtio-blk-pci,drive=disk" + i + ",serial=disk" + i + ",bootindex=" + (i + 1)));
        }
        Map<Integer, Integer> forwarded = freePorts(hardware.ports());
        StringBuilder network = new StringBuilder("user,id=" + NETWORK);
        forwarded.forEach((guest, host) -> network.append(",hostfwd=tcp:127.0.0.1:").append(host).append("-:")
                .append(guest));
        command.addAll(
                List.of("-netdev", network.toString(), "-device", "virtio-net-pci,netdev=" + NETWORK + ",romfile="));
        for (Device device : hardware.devices()) {
            command.addAll(device.plug());
        }
        if (!hardware.kernelArguments().isEmpty()) {
            // A comma separates QEMU's own options; two of them are one of ours.
            command.addAll(List.of("-smbios", "type=11,value=io.systemd.stub.kernel-cmdline-extra="
                    + String.join(" ", hardware.kernelArguments()).replace(",", ",,")));
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(folder.resolve("qemu.log").toFile()).start();
        return new VirtualMachine(hardware, process, sockets, forwarded);
    }

    private SocketChannel connected(Path socket) throws IOException {
        long end = System.nanoTime() + STARTED.toNanos();
        while (true) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
                return channel;
            } catch (IOException e) {
                channel.close();
                if (!process.isAlive() || System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(MOMENT.toNanos());
            }
        }
    }

    private static Map<Integer, Integer> freePorts(List<Integer> guestPorts) throws IOException {
        Map<Integer, Integer> ports = new LinkedHashMap<>();
        List<ServerSocket> held = new ArrayList<>();
        for (int guest : guestPorts) {
            ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            held.add(free);
            ports.put(guest, free.getLocalPort());
        }
        for (ServerSocket free : held) {
            free.close();
        }
        return ports;
    }

    /** What it is made of. */
    public Hardware hardware() {
        return hardware;
    }

    /** The port of the loopback address that leads to this port of the guest. */
    public int port(int guest) {
        Integer host = forwarded.get(guest);
        if (host == null) {
            throw new IllegalArgumentException("port " + guest + " of the guest is not led out");
        }
        return host;
    }

    /** Its serial line. */
    public SerialLine serial() {
        return serial;
    }

    /** How long ago it was switched on. */
    public Duration sinceOn() {
        return Duration.ofNanos(System.nanoTime() - poweredOn);
    }

    /** What the screen shows, as a PNG picture. */
    public void photograph(Path png) throws IOException {
        Path raw = Files.createTempFile("screen", ".ppm");
        try {
            control.command("screendump", Map.of("filename", raw.toString()));
            Picture.toPng(raw, png);
        } finally {
            Files.deleteIfExists(raw);
        }
    }

    /** Plugs a stick into the {@link UsbPorts} that the machine has. */
    public void plugIn(Stick stick) throws IOException {
        control.command("blockdev-add", Map.of("driver", "raw", "node-name", STICK, "file",
                Map.of("driver", "file", "filename", stick.file().toString())));
        control.command("device_add", Map.of("driver", "usb-storage", "id", STICK, "drive", STICK, "bus",
                UsbPorts.BUS + ".0", "removable", true));
    }

    /**
     * What a disk says of itself from now on.
     *
     * @param bits byte 0 of its SMART log: 4 for one that can't be relied on any more, 0 for a good one
     */
    public void warn(Nvme disk, int bits) throws IOException {
        control.command("qom-set", Map.of("path", "/machine/peripheral/" + disk.serial(), "property",
                "smart_critical_warning", "value", bits));
    }

    /** Pulls it out, whatever is being done with it. */
    public void pullOut() throws IOException {
        control.command("device_del", Map.of("id", STICK));
        long end = System.nanoTime() + STARTED.toNanos();
        while (true) {
            try {
                control.command("blockdev-del", Map.of("node-name", STICK));
                return;
            } catch (IOException e) {
                // It is let go of a moment after the guest has noticed.
                if (System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(MOMENT.toNanos());
            }
        }
    }

    /** Pulls the cable out of its network card, or plugs it in again. */
    public void setCable(boolean isPluggedIn) throws IOException {
        control.command("set_link", Map.of("name", NETWORK, "up", isPluggedIn));
    }

    /** The reset button: everything starts over, and what was not on the disk is gone. */
    public void reset() throws IOException {
        control.command("system_reset", Map.of());
    }

    /** An interrupt that can't be masked and has no reason, as a button of some servers gives it. */
    public void interrupt() throws IOException {
        control.command("inject-nmi", Map.of());
    }

    /** The power button, which asks the operating system to shut down. */
    public void pressPower() throws IOException {
        control.command("system_powerdown", Map.of());
    }

    /** Presses the power button of a machine that somebody else started, by its control socket. */
    public static void pressPowerAt(Path control) throws IOException {
        commandAt(control, "system_powerdown");
    }

    /** Pulls the plug of such a machine. */
    public static void cutPowerAt(Path control) throws IOException {
        commandAt(control, "quit");
    }

    private static void commandAt(Path control, String command) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(control));
        try (Qmp qmp = new Qmp(channel)) {
            qmp.command(command, Map.of());
        }
    }

    /** How the machine does, in QEMU's words: {@code running}, {@code shutdown} and others. */
    public String state() throws IOException {
        JsonNode answer = control.command("query-status", Map.of());
        return answer.path("status").asText();
    }

    /**
     * Waits until the machine has switched itself off.
     *
     * @throws NotSeen if it runs on
     */
    public void awaitOff(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new NotSeen(
                        "The machine was still on after " + limit + ". The last lines:\n" + serial.lastWords());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Whether it is on. */
    public boolean isOn() {
        return process.isAlive();
    }

    /** Pulls the plug: QEMU is killed and finishes nothing. */
    public void cutPower() {
        process.destroyForcibly();
        awaitOff(STARTED);
    }

    /** Switches it off if it is on, and lets go of everything. */
    @Override
    public void close() throws IOException {
        cutPower();
        Runtime.getRuntime().removeShutdownHook(atExit);
        control.close();
        serial.close();
    }
}
