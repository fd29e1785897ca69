package org.gatehouse.daemon;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A program that plays systemd with a socket unit and {@code Restart=always}: it listens on a port of loopback, starts a daemon with that socket
 * as standard input, and starts it again whenever it ends. Prints {@code port N}, then {@code pid N} for each start. Its own arguments:
 * a file for the daemon's output, the daemon's command, in which {@code PORT} stands for the port.
 */
final class PlayedServiceManager {
    private static final int AF_INET = 2;
    private static final int SOCK_STREAM = 1;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfShort NETWORK_SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);

    private PlayedServiceManager() {}

    /** Runs until it is killed. */
    public static void main(String[] arguments) throws Throwable {
        int port = listenAsStandardInput();
        System.out.println("port " + port);
        List<String> command = List.of(arguments).subList(1, arguments.length).stream()
                .map(word -> word.replace("PORT", Integer.toString(port))).toList();
        while (true) {
            Process daemon = new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(arguments[0]))).start();
            System.out.println("pid " + daemon.pid());
            daemon.waitFor();
        }
    }

    private static int listenAsStandardInput() throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(16);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET);
            address.set(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), 4, 0x7f000001);
            int listening = (int) NotifyReader.call("socket", INT, INT, INT).invokeExact(AF_INET, SOCK_STREAM, 0);
            int bound = (int) NotifyReader.call("bind", INT, ValueLayout.ADDRESS, INT).invokeExact(listening, address,
                    16);
            int listens = (int) NotifyReader.call("listen", INT, INT).invokeExact(listening, 4096);
            MemorySegment length = arena.allocateFrom(INT, 16);
            int named = (int) NotifyReader.call("getsockname", INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS)
                    .invokeExact(listening, address, length);
            int moved = (int) NotifyReader.call("dup2", INT, INT).invokeExact(listening, 0);
            if (bound != 0 || listens != 0 || named != 0 || moved != 0) {
                throw new IllegalStateException("no listening socket");
            }
            return Short.toUnsignedInt(address.get(NETWORK_SHORT, 2));
        }
    }
}
