package org.gatehouse.gpu.dcgm;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Where DCGM is looked for.
 *
 * @param libraries names or paths of libdcgm, the one to prefer first; both generations, since each reads what the other cannot
 * @param addresses host engines to try, best first: {@code unix:///path} or {@code tcp://host:port}
 * @param embedded whether a host engine may be started inside this process. A fault in it would end the process, so it is off by default
 * @param policies whether to register for policy violations too. They are set per GPU in the host engine and would replace those
 *     that an admin has set with {@code dcgmi policy}, so they are off by default; XIDs are seen without them
 * @param connectTimeout how long a connection may take; at most 10 s
 */
public record DcgmSettings(List<String> libraries, List<String> addresses, boolean embedded, boolean policies,
        Duration connectTimeout) {

    /** Checks the range. */
    public DcgmSettings {
        libraries = List.copyOf(libraries);
        addresses = List.copyOf(addresses);
        Objects.requireNonNull(connectTimeout, "connectTimeout");
        if (connectTimeout.toMillis() < 1 || connectTimeout.toSeconds() > 10) {
            throw new IllegalArgumentException("connectTimeout must be between 1 ms and 10 s, not " + connectTimeout);
        }
    }

    /** The usual places of a Linux box. */
    public static DcgmSettings standard() {
        return new DcgmSettings(List.of("libdcgm.so.4", "libdcgm.so.3"),
                List.of("unix:///tmp/nv-hostengine", "tcp://127.0.0.1:5555"), false, false, Duration.ofSeconds(1));
    }
}
