package org.gatehouse.acme;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.upstream.http.AddressPolicy;
import org.gatehouse.gateway.upstream.http.Deadlines;
import org.gatehouse.gateway.upstream.http.Endpoint;
import org.gatehouse.gateway.upstream.http.Header;
import org.gatehouse.gateway.upstream.http.ReplyLimits;
import org.gatehouse.gateway.upstream.http.RequestHeaders;
import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.gateway.upstream.http.UpstreamRequest;

/**
 * What the protocol's library takes for the JDK's client: its calls go out as all calls of the box do, by the proxy of the settings, with deadlines,
 * with a bound on what is answered, and only where the settings let the box call. Thread-safe.
 */
final class OutgoingHttp extends HttpClient {
    private static final Deadlines DEADLINES = new Deadlines(Duration.ofSeconds(10), Duration.ofSeconds(30),
            Duration.ofSeconds(30), Duration.ofSeconds(60));
    private static final int LARGEST = 1 << 20;
    private static final int LARGEST_HEAD = 64 << 10;
    private static final int MOST_CONNECTIONS = 4;

    private final UpstreamClient client;
    private final boolean privateAllowed;
    private final @Nullable String trusted;

    OutgoingHttp(UpstreamClient client, boolean privateAllowed, @Nullable String trusted) {
        this.client = client;
        this.privateAllowed = privateAllowed;
        this.trusted = trusted;
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) throws IOException {
        URI address = request.uri();
        if (!"https".equalsIgnoreCase(address.getScheme())) {
            throw new IOException("the authority names " + address + ", which is no https address");
        }
        try {
            Endpoint endpoint = Endpoint.parse("https://" + address.getRawAuthority())
                    .withMaxConnections(MOST_CONNECTIONS)
                    .withAddressPolicy(privateAllowed ? AddressPolicy.ANY : AddressPolicy.PUBLIC_ONLY);
            try (UpstreamCall call = client.newCall(trusted == null ? endpoint : endpoint.withExtraTrust(trusted),
                    written(request), DEADLINES, new ReplyLimits(LARGEST_HEAD, LARGEST))) {
                UpstreamReply reply = call.execute();
                return new Got<>(request, reply.status(), headers(reply), read(reply, handler));
            }
        } catch (UpstreamFailureException e) {
            throw new IOException(e.failure().message(), e);
        } catch (IllegalArgumentException e) {
            throw new IOException(String.valueOf(e.getMessage()), e);
        }
    }

    private static UpstreamRequest written(HttpRequest request) {
        RequestHeaders headers = RequestHeaders.NONE;
        for (Map.Entry<String, List<String>> header : request.headers().map().entrySet()) {
            for (String value : header.getValue()) {
                headers = headers.and(header.getKey(), value);
            }
        }
        URI address = request.uri();
        String path = address.getRawPath().isEmpty() ? "/" : address.getRawPath();
        String whole = address.getRawQuery() == null ? path : path + "?" + address.getRawQuery();
        // A nonce may be asked for with HEAD or GET (RFC 8555 7.2), and the client knows the latter.
        return request.method().equals("POST")
                ? UpstreamRequest.post(whole, headers, body(request))
                : UpstreamRequest.get(whole, headers);
    }

    private static byte[] body(HttpRequest request) {
        Collected collected = new Collected();
        request.bodyPublisher().ifPresent(publisher -> publisher.subscribe(collected));
        return collected.bytes;
    }

    private static HttpHeaders headers(UpstreamReply reply) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (Header header : reply.headers()) {
            all.computeIfAbsent(header.name().toLowerCase(Locale.ROOT), _ -> new ArrayList<>()).add(header.value());
        }
        return HttpHeaders.of(all, (_, _) -> true);
    }

    private static <T> T read(UpstreamReply reply, HttpResponse.BodyHandler<T> handler)
            throws IOException, UpstreamFailureException {
        byte[] body = reply.readAll(LARGEST);
        HttpResponse.BodySubscriber<T> subscriber = handler.apply(new Told(reply.status(), headers(reply)));
        subscriber.onSubscribe(new Unpaced());
        subscriber.onNext(List.of(ByteBuffer.wrap(body)));
        subscriber.onComplete();
        try {
            return subscriber.getBody().toCompletableFuture().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException(e);
        }
    }

    private record Told(int statusCode, HttpHeaders headers) implements HttpResponse.ResponseInfo {
        @Override
        public Version version() {
            return Version.HTTP_1_1;
        }
    }

    private record Got<T>(HttpRequest request, int statusCode, HttpHeaders headers, T body)
            implements
                HttpResponse<T> {
        @Override
        public Optional<HttpResponse<T>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public Optional<SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public URI uri() {
            return request.uri();
        }

        @Override
        public Version version() {
            return Version.HTTP_1_1;
        }
    }

    /** Everything is there already. */
    private static final class Unpaced implements Flow.Subscription {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }

    /** The bytes of a body that lies in memory. */
    private static final class Collected implements Flow.Subscriber<ByteBuffer> {
        private byte[] bytes = new byte[0];

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ByteBuffer piece) {
            ByteBuffer whole = ByteBuffer.allocate(bytes.length + piece.remaining());
            whole.put(bytes).put(piece);
            bytes = whole.array();
        }

        @Override
        public void onError(Throwable problem) {
            throw new IllegalStateException("a body in memory cannot fail", problem);
        }

        @Override
        public void onComplete() {}
    }

    /** Never: the ACME library calls {@link #send} alone, and a thread of its own would outlive the attempt's deadline. */
    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        throw new UnsupportedOperationException("calls are sent by the thread that waits for them");
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, HttpResponse.BodyHandler<T> handler,
            HttpResponse.@Nullable PushPromiseHandler<T> pushes) {
        return sendAsync(request, handler);
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return Optional.empty();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return Optional.empty();
    }

    @Override
    public Redirect followRedirects() {
        return Redirect.NEVER;
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return Optional.empty();
    }

    /** Never: the upstream client speaks TLS, and an answer here would name a context that nothing uses. */
    @Override
    public SSLContext sslContext() {
        throw new UnsupportedOperationException("connections are made elsewhere");
    }

    @Override
    public SSLParameters sslParameters() {
        throw new UnsupportedOperationException("connections are made elsewhere");
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return Optional.empty();
    }

    @Override
    public Version version() {
        return Version.HTTP_1_1;
    }

    @Override
    public Optional<Executor> executor() {
        return Optional.empty();
    }
}
