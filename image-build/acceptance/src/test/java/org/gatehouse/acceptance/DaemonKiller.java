package org.gatehouse.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

import org.gatehouse.acceptance.box.Box;

/**
 * Two units that a hypervisor adds to the box (systemd-debug-generator(8)), by the kernel's command line of a machine without Secure
 * Boot: when somebody sends the first part of a release, the gateway's process is killed. So a test can have it killed while the box
 * runs, which nobody from outside can.
 */
final class DaemonKiller {
    private static final String PART = "/var/lib/gatehouse/updates/incoming.bundle";
    private static final String WATCH = "[Path]\nPathExists=" + PART + "\nUnit=test-kill.service\n";
    private static final String KILL = "[Service]\nType=oneshot\nExecStart=/usr/bin/rm " + PART
            + "\nExecStart=/usr/bin/systemctl kill --kill-whom=main --signal=SIGKILL gatehouse.service\n";

    private DaemonKiller() {}

    static List<String> kernelArguments() {
        return List.of(credential("test-kill.path", WATCH), credential("test-kill.service", KILL),
                "systemd.wants=test-kill.path");
    }

    private static String credential(String unit, String text) {
        return "systemd.set_credential_binary=systemd.extra-unit." + unit + ":"
                + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Has it killed, on a box whose machine has those arguments. */
    static void kill(Box box) throws IOException, InterruptedException {
        try {
            box.putBytes("/api/v1/system/update/bundle?offset=0", new byte[1]);
        } catch (IOException _) {
            // It was quicker than its answer.
        }
        Thread.sleep(3000);
    }
}
