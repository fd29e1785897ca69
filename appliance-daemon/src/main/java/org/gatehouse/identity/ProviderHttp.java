package org.gatehouse.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import javax.net.ssl.SSLContext;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.upstream.http.AddressPolicy;
import org.gatehouse.gateway.upstream.http.Deadlines;
import org.gatehouse.gateway.upstream.http.Endpoint;
import org.gatehouse.gateway.upstream.http.ReplyLimits;
import org.gatehouse.gateway.upstream.http.RequestHeaders;
import org.gatehouse.gateway.upstream.http.TrustedCertificates;
import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.gateway.upstream.http.UpstreamFailure;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.gateway.upstream.http.UpstreamRequest;
import org.gatehouse.governance.SignOnProvider;

/**
 * Calls a provider, over the client that calls go out with: with deadlines, with a bound on what it may answer, following no
 * redirects, by the proxy that the box goes by, and only where its settings let the box call. Thread-safe.
 */
final class ProviderHttp implements HTTPRequestSender {
    private static final Deadlines DEADLINES = new Deadlines(Duration.ofSeconds(5), Duration.ofSeconds(10),
            Duration.ofSeconds(10), Duration.ofSeconds(10));
    private static final int LARGEST = 1 << 20;
    private static final int LARGEST_HEAD = 64 << 10;
    private static final int MOST_CONNECTIONS = 16;
    /** What Nimbus sets and the client sets itself. */
    private static final Set<String> NOT_OURS = Set.of("content-length", "host", "connection");

    private final UpstreamClient client;
    private final boolean privateAllowed;
    private final @Nullable String trusted;

    ProviderHttp(UpstreamClient client, SignOnProvider provider) {
        this(client, provider.privateAddressesAllowed(), provider.trustedCertificates());
    }

    /** For an issuer that is no sign-on provider. */
    ProviderHttp(UpstreamClient client, boolean privateAllowed, @Nullable String trusted) {
        this.client = client;
        this.privateAllowed = privateAllowed;
        this.trusted = trusted;
    }

    private record Got(int status, String type, String text) {}

    /** The body of a 200. */
    String get(URI address) throws SignOnProblem.Stopped {
        try {
            Got got = call("GET", address, RequestHeaders.NONE, new byte[0]);
            if (got.status() != 200) {
                throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER,
                        new IOException(address.getHost() + " answered " + got.status()));
            }
            return got.text();
        } catch (IOException e) {
            throw new SignOnProblem.Stopped(SignOnProblem.UNREACHABLE, e);
        }
    }

    @Override
    public ReadOnlyHTTPResponse send(ReadOnlyHTTPRequest request) throws IOException {
        RequestHeaders headers = RequestHeaders.NONE;
        for (Map.Entry<String, List<String>> header : request.getHeaderMap().entrySet()) {
            if (!NOT_OURS.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                for (String value : header.getValue()) {
                    headers = headers.and(header.getKey(), value);
                }
            }
        }
        String body = request.getBody() == null ? "" : request.getBody();
        try {
            Got got = call(request.getMethod() == HTTPRequest.Method.POST ? "POST" : "GET", request.getURI(), headers,
                    body.getBytes(StandardCharsets.UTF_8));
            HTTPResponse answer = new HTTPResponse(got.status());
            if (!got.type().isEmpty()) {
                answer.setHeader("Content-Type", got.type());
            }
            answer.setBody(got.text());
            return answer;
        } catch (SignOnProblem.Stopped e) {
            throw new Blocked(e);
        }
    }

    /** Carries a problem through the library. */
    static final class Blocked extends IOException {
        private static final long serialVersionUID = 1L;
        private final transient SignOnProblem.Stopped stopped;

        Blocked(SignOnProblem.Stopped stopped) {
            super(stopped);
            this.stopped = stopped;
        }

        SignOnProblem.Stopped stopped() {
            return stopped;
        }
    }

    private Got call(String method, URI address, RequestHeaders headers, byte[] body)
            throws IOException, SignOnProblem.Stopped {
        requireAllowed(address);
        try {
            Endpoint endpoint = Endpoint.parse(origin(address)).withMaxConnections(MOST_CONNECTIONS)
                    .withAddressPolicy(privateAllowed ? AddressPolicy.ANY : AddressPolicy.PUBLIC_ONLY);
            UpstreamRequest request = method.equals("POST")
                    ? UpstreamRequest.post(path(address), headers, body)
                    : UpstreamRequest.get(path(address), headers);
            try (UpstreamCall call = client.newCall(trusted == null ? endpoint : endpoint.withExtraTrust(trusted),
                    request, DEADLINES, new ReplyLimits(LARGEST_HEAD, LARGEST))) {
                UpstreamReply reply = call.execute();
                return new Got(reply.status(), reply.header("content-type").orElse(""),
                        new String(reply.readAll(LARGEST), StandardCharsets.UTF_8));
            }
        } catch (UpstreamFailureException e) {
            if (e.failure() instanceof UpstreamFailure.AddressNotAllowed) {
                throw new SignOnProblem.Stopped(SignOnProblem.FORBIDDEN_ADDRESS, e);
            }
            throw new IOException(e.failure().message(), e);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static String origin(URI address) {
        return address.getScheme() + "://" + address.getRawAuthority();
    }

    private static String path(URI address) {
        String path = address.getRawPath() == null || address.getRawPath().isEmpty() ? "/" : address.getRawPath();
        return address.getRawQuery() == null ? path : path + "?" + address.getRawQuery();
    }

    /** Whether the settings let the box call there at all; at which addresses the client looks when it connects. */
    private void requireAllowed(URI address) throws SignOnProblem.Stopped {
        String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
        if (address.getHost() == null || !scheme.equals("https") && !(scheme.equals("http") && privateAllowed)) {
            throw new SignOnProblem.Stopped(SignOnProblem.FORBIDDEN_ADDRESS);
        }
    }

    static void requireAllowed(String host, boolean privateAllowed) throws SignOnProblem.Stopped {
        if (privateAllowed) {
            return;
        }
        try {
            for (InetAddress one : InetAddress.getAllByName(host)) {
                if (!AddressPolicy.PUBLIC_ONLY.allows(one)) {
                    throw new SignOnProblem.Stopped(SignOnProblem.FORBIDDEN_ADDRESS);
                }
            }
        } catch (UnknownHostException e) {
            throw new SignOnProblem.Stopped(SignOnProblem.UNREACHABLE, e);
        }
    }

    /** What a provider that speaks no HTTP is trusted by. */
    static SSLContext context(SignOnProvider provider) throws IOException {
        try {
            return TrustedCertificates.context(provider.trustedCertificates());
        } catch (IllegalArgumentException e) {
            throw new IOException("the provider's trustedCertificates can't be used", e);
        }
    }

    static Collection<? extends Certificate> certificates(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }
}
