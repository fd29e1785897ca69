package org.gatehouse.machine.settings;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.gatehouse.machine.agent.Programs;

/** Has the system's services read the files that changed. Thread-safe. */
final class Activation {
    private static final System.Logger LOG = System.getLogger(Activation.class.getName());
    private static final Duration LONGEST = Duration.ofSeconds(20);
    /** For the answer to whoever asked, over the address that may be gone then. */
    private static final Duration FOR_THE_ANSWER = Duration.ofSeconds(1);
    private static final Pattern VLAN = Pattern.compile("(?m)^Name=(vlan[0-9]{1,4})$");

    private final Programs programs;
    private final String self;
    private final Later later;

    /**
     * With those programs.
     *
     * @param self the program that undoes a trial when it is called with {@code agent --undo ID}
     */
    Activation(Programs programs, String self, Later later) {
        this.programs = programs;
        this.self = self;
        this.later = later;
    }

    /** What is done in a moment. */
    interface Later {
        /** On a thread of its own. */
        Later THREAD = (delay, task) -> Thread.ofVirtual().name("later").start(() -> {
            LockSupport.parkNanos(delay.toNanos());
            task.run();
        });

        void in(Duration delay, Runnable task);
    }

    /** Does something when all else failed. */
    interface Fallback {
        void run() throws IOException, InterruptedException;
    }

    /** From now on the change is undone by itself; the timer is systemd's, so it outlives this process. */
    void arm(String id, Duration within) throws IOException, InterruptedException {
        programs.must(LONGEST, "systemd-run", "--quiet", "--collect", "--unit=" + unit(id),
                "--on-active=" + within.toSeconds() + "s", "--timer-property=AccuracySec=1s",
                "--setenv=GATEHOUSE_NO_BUILD=1", self, "agent", "--undo", id);
    }

    /** It is not. What can't be stopped finds that there is nothing to undo. */
    void disarm(String id) throws InterruptedException {
        quietly("systemctl", "stop", unit(id) + ".timer");
    }

    private static String unit(String id) {
        return "gatehouse-settings-undo-" + id;
    }

    /** All but the network. */
    void now(Collection<String> changed) throws IOException, InterruptedException {
        if (changed.contains(SettingsFiles.HOSTNAME)) {
            programs.must(LONGEST, "systemctl", "start", "gatehouse-hostname.service");
        }
        if (changed.contains(SettingsFiles.TIME)) {
            programs.must(LONGEST, "systemctl", "--no-block", "try-restart", "systemd-timesyncd.service");
        }
    }

    /** The network, in a moment. */
    void network(Map<String, Content> before, Fallback failed) {
        later.in(FOR_THE_ANSWER, () -> {
            try {
                networkBack(before);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.ERROR, "The network did not take its change", e);
                fall(failed);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void fall(Fallback failed) {
        try {
            failed.run();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "The change was not undone; the timer tries again", e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** The network, now. A VLAN's device that is another one now, or none, does not go by itself. */
    void networkBack(Map<String, Content> before) throws IOException, InterruptedException {
        if (before.get(NetworkFiles.VLAN_DEVICE) instanceof Content.Text(String text)) {
            Matcher name = VLAN.matcher(text);
            if (name.find()) {
                quietly("networkctl", "delete", name.group(1));
            }
        }
        programs.must(LONGEST, "networkctl", "reload");
    }

    private void quietly(String... command) throws InterruptedException {
        try {
            Programs.Ended ended = programs.run(List.of(command), LONGEST);
            if (ended.status() != 0) {
                LOG.log(System.Logger.Level.INFO, "{0}: {1}", String.join(" ", command), ended.lastLine());
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.INFO, "{0}: {1}", String.join(" ", command), e.getMessage());
        }
    }
}
