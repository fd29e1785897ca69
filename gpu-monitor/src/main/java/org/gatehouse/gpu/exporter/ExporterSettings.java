package org.gatehouse.gpu.exporter;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;

/**
 * A dcgm-exporter that is scraped.
 *
 * @param metrics its page, such as {@code http://gpu-2.example:9400/metrics}; http or https
 * @param deadline for a whole scrape, from the connection to the last byte; at most 60 s
 * @param mostBytes a longer page is refused; a page of 8 GPUs has about 150 kB
 */
public record ExporterSettings(URI metrics, Duration deadline, int mostBytes) {

    /** Checks the ranges. */
    public ExporterSettings {
        Objects.requireNonNull(metrics, "metrics");
        if (metrics.getHost() == null || !"http".equalsIgnoreCase(metrics.getScheme())
                && !"https".equalsIgnoreCase(metrics.getScheme())) {
            throw new IllegalArgumentException(
                    "An exporter's address must be http:// or https:// with a host, not " + metrics);
        }
        if (deadline.toMillis() < 1 || deadline.toSeconds() > 60) {
            throw new IllegalArgumentException("deadline must be between 1 ms and 60 s, not " + deadline);
        }
        if (mostBytes < 1_000) {
            throw new IllegalArgumentException("mostBytes must be 1000 or more, not " + mostBytes);
        }
    }

    /** The usual limits: 3 s and 8 MB. */
    public static ExporterSettings of(URI metrics) {
        return new ExporterSettings(metrics, Duration.ofSeconds(3), 8_000_000);
    }
}
