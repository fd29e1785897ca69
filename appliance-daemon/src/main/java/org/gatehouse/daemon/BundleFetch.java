package org.gatehouse.daemon;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.function.LongConsumer;

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
import org.gatehouse.machine.update.Fetch;

/** Fetches bundles as all calls of the box go out: by the proxy of the settings, guarded, with deadlines. */
record BundleFetch(UpstreamClient client) implements Fetch {
    private static final Deadlines DEADLINES = new Deadlines(Duration.ofSeconds(15), Duration.ofSeconds(60),
            Duration.ofSeconds(60), Duration.ofHours(4));
    private static final int LARGEST_HEAD = 64 << 10;
    private static final int MOST_REDIRECTS = 5;

    @Override
    public void fetch(URI address, boolean privateAllowed, long longest, OutputStream into, LongConsumer size)
            throws IOException {
        URI now = address;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            URI next = once(now, privateAllowed, longest, into, size);
            if (next == null) {
                return;
            }
            now = now.resolve(next);
        }
        throw new IOException(address.getHost() + " sends from one address to the next without an end");
    }

    /** The address that it is to be had from instead, or null when it is there. */
    private @Nullable URI once(URI address, boolean privateAllowed, long longest,
            OutputStream into, LongConsumer size) throws IOException {
        if (!"https".equalsIgnoreCase(address.getScheme())) {
            throw new IOException("the way leads over " + address.getScheme() + "://" + address.getHost()
                    + ", and bundles are fetched over https alone");
        }
        try {
            Endpoint endpoint = Endpoint.parse("https://" + address.getRawAuthority()).withMaxConnections(1)
                    .withAddressPolicy(privateAllowed ? AddressPolicy.ANY : AddressPolicy.PUBLIC_ONLY);
            String path = address.getRawPath().isEmpty() ? "/" : address.getRawPath();
            try (UpstreamCall call = client.newCall(endpoint,
                    UpstreamRequest.get(address.getRawQuery() == null ? path : path + "?" + address.getRawQuery(),
                            RequestHeaders.NONE),
                    DEADLINES, new ReplyLimits(LARGEST_HEAD, longest))) {
                return take(call.execute(), address, into, size);
            }
        } catch (UpstreamFailureException e) {
            throw new IOException(e.failure().message(), e);
        } catch (IllegalArgumentException e) {
            throw new IOException(String.valueOf(e.getMessage()), e);
        }
    }

    private static @Nullable URI take(UpstreamReply reply, URI address, OutputStream into,
            LongConsumer size) throws IOException, UpstreamFailureException {
        if (reply.status() / 100 == 3 && reply.header("location").isPresent()) {
            return URI.create(reply.header("location").get());
        }
        if (reply.status() != 200) {
            throw new IOException(address.getHost() + " answered with the status " + reply.status()
                    + "; check the address");
        }
        size.accept(reply.header("content-length").map(Long::parseLong).orElse(-1L));
        byte[] part = new byte[64 << 10];
        for (int got = reply.read(part, 0, part.length); got >= 0; got = reply.read(part, 0, part.length)) {
            into.write(part, 0, got);
        }
        return null;
    }
}
