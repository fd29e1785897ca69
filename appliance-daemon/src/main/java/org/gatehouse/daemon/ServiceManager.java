package org.gatehouse.daemon;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * What the service manager that started this process is told of it, as sd_notify(3) describes: when it serves, what it does, that it still
 * answers. Says nothing where nobody asked for it; a manager that can't be told never stops the daemon. Thread-safe.
 */
final class ServiceManager {
    private static final System.Logger LOG = System.getLogger(ServiceManager.class.getName());

    private final @Nullable NotifySocket socket;
    private final @Nullable Duration patience;
    private final AtomicBoolean complained = new AtomicBoolean();

    private ServiceManager(@Nullable NotifySocket socket, @Nullable Duration patience) {
        this.socket = socket;
        this.patience = patience;
    }

    /** The manager that the environment names ({@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC}, {@code WATCHDOG_PID}), or nobody. */
    static ServiceManager of(Map<String, String> environment) {
        String address = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (address.isEmpty()) {
            return new ServiceManager(null, null);
        }
        try {
            return new ServiceManager(NotifySocket.to(address), patience(environment));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The service manager is not told how this daemon does: {0}",
                    e.getMessage());
            return new ServiceManager(null, null);
        }
    }

    private static @Nullable Duration patience(Map<String, String> environment) {
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        String whose = environment.getOrDefault("WATCHDOG_PID", "");
        boolean isOurs = whose.isEmpty() || whose.equals(Long.toString(ProcessHandle.current().pid()));
        return isOurs && micros.matches("[1-9][0-9]{0,17}") ? Duration.ofNanos(Long.parseLong(micros) * 1000) : null;
    }

    /** After how long without {@link #alive} the manager ends this process; empty for never. */
    Optional<Duration> patience() {
        return Optional.ofNullable(patience);
    }

    /** The daemon serves. */
    void ready(String status) {
        tell("READY=1\nSTATUS=" + status);
    }

    /** What it does just now, for people who ask the manager. */
    void status(String status) {
        tell("STATUS=" + status);
    }

    /** It was told to stop, and does. */
    void stopping() {
        tell("STOPPING=1\nSTATUS=Stopping: running calls may end");
    }

    /** It works. Only to be said by who has seen it. */
    void alive() {
        tell("WATCHDOG=1");
    }

    private void tell(String message) {
        NotifySocket open = socket;
        if (open == null) {
            return;
        }
        try {
            open.send(message);
        } catch (IOException e) {
            if (complained.compareAndSet(false, true)) {
                LOG.log(System.Logger.Level.WARNING, "The service manager is not told how this daemon does: {0}",
                        e.getMessage());
            }
        }
    }
}
