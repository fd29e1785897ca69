package org.gatehouse.alerts;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Objects;
import java.util.UUID;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.upstream.http.AddressPolicy;
import org.gatehouse.gateway.upstream.http.Deadlines;
import org.gatehouse.gateway.upstream.http.Endpoint;
import org.gatehouse.gateway.upstream.http.ReplyLimits;
import org.gatehouse.gateway.upstream.http.RequestHeaders;
import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.gateway.upstream.http.UpstreamRequest;
import org.gatehouse.governance.AlertDestination;

/**
 * Posts a message to a destination: over the client that calls go out with, whose guard looks at the address that a name leads to
 * at that moment; follows no redirect. Signed with HMAC-SHA-256 over the time and the body, so that a receiver can tell it from
 * a forged or an old one. Thread-safe.
 */
final class Webhook {
    private static final Deadlines DEADLINES = new Deadlines(Duration.ofSeconds(5), Duration.ofSeconds(10),
            Duration.ofSeconds(10), Duration.ofSeconds(15));
    private static final int LARGEST_REPLY = 64 << 10;

    private final UpstreamClient client;
    private final InstantSource clock;

    Webhook(UpstreamClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    /**
     * Posts it; takes 15 seconds at most.
     *
     * @param secret to sign with; {@code null} leaves it unsigned
     * @param delivery the same for each attempt, so that a receiver can tell what it has already
     */
    Delivery post(AlertDestination destination, @Nullable String secret, UUID delivery, byte[] body) {
        try {
            String url = Objects.requireNonNull(destination.url(), "a webhook has a url");
            int cut = pathOf(url);
            Endpoint endpoint = Endpoint.parse(url.substring(0, cut)).withMaxConnections(2)
                    .withAddressPolicy(destination.privateAddressesAllowed()
                            ? AddressPolicy.ANY
                            : AddressPolicy.PUBLIC_ONLY);
            String certificates = destination.trustedCertificates();
            Endpoint trusting = certificates == null ? endpoint : endpoint.withExtraTrust(certificates);
            String path = url.substring(cut);
            RequestHeaders headers = RequestHeaders.of("content-type", "application/json")
                    .and("user-agent", "Gatehouse-Alerts/1").and("x-gatehouse-delivery", delivery.toString());
            RequestHeaders signed = secret == null
                    ? headers
                    : headers.and("x-gatehouse-signature", signature(secret, clock.instant().getEpochSecond(), body));
            try (UpstreamCall call = client.newCall(trusting,
                    UpstreamRequest.post(path.startsWith("/") ? path : "/" + path, signed, body), DEADLINES,
                    new ReplyLimits(LARGEST_REPLY, LARGEST_REPLY))) {
                UpstreamReply reply = call.execute();
                int status = reply.status();
                reply.readAll(LARGEST_REPLY);
                return status >= 200 && status < 300
                        ? new Delivery.Taken(String.valueOf(status))
                        : refused(destination, status);
            }
        } catch (UpstreamFailureException e) {
            return new Delivery.Failed("The alert destination " + destination.name() + " was not reached: "
                    + e.failure().message(), true);
        } catch (IllegalArgumentException e) {
            return new Delivery.Failed("The alert destination " + destination.name() + " can't be called: "
                    + e.getMessage() + " Correct its url.", false);
        }
    }

    private static Delivery refused(AlertDestination destination, int status) {
        boolean passing = status >= 500 || status == 429 || status == 408;
        return new Delivery.Failed("The alert destination " + destination.name() + " answered " + status + ". "
                + (passing ? "It is tried again." : "Check its url and what it wants."), passing);
    }

    /** Where the path begins; the end where there is none. */
    private static int pathOf(String url) {
        int authority = url.indexOf("://") + 3;
        int slash = url.indexOf('/', authority);
        int query = url.indexOf('?', authority);
        int end = slash < 0 ? url.length() : slash;
        return query < 0 ? end : Math.min(end, query);
    }

    /** {@code t=<seconds since 1970>,v1=<hex of HMAC-SHA-256 over "<t>." and the body>}. */
    static String signature(String secret, long seconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((seconds + ".").getBytes(StandardCharsets.US_ASCII));
            return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no HMAC-SHA-256", e);
        }
    }
}
