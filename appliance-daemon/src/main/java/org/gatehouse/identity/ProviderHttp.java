package org.gatehouse.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.SignOnProvider;

/**
 * Calls a provider: with deadlines, with a bound on what it may answer, following no redirects, and only where its
 * settings let the box call. Thread-safe.
 */
final class ProviderHttp implements HTTPRequestSender {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration WHOLE = Duration.ofSeconds(10);
    private static final int LARGEST = 1 << 20;
    /** What Nimbus sets and the JDK's client does not let anybody set. */
    private static final Set<String> NOT_OURS = Set.of("content-length", "host", "connection");

    private final boolean privateAllowed;
    private final @Nullable String trusted;

    ProviderHttp(SignOnProvider provider) {
        this.privateAllowed = provider.privateAddressesAllowed();
        this.trusted = provider.trustedCertificates();
    }

    /** For an issuer that is no sign-on provider. */
    ProviderHttp(boolean privateAllowed, @Nullable String trusted) {
        this.privateAllowed = privateAllowed;
        this.trusted = trusted;
    }

    private record Got(int status, String type, String text) {}

    /** The body of a 200. */
    String get(URI address) throws SignOnProblem.Stopped {
        try {
            Got got = call(HttpRequest.newBuilder(address).GET());
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
        HttpRequest.Builder builder = HttpRequest.newBuilder(request.getURI());
        request.getHeaderMap().forEach((name, values) -> {
            if (!NOT_OURS.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> builder.header(name, value));
            }
        });
        if (request.getMethod() == HTTPRequest.Method.POST) {
            builder.POST(HttpRequest.BodyPublishers.ofString(request.getBody() == null ? "" : request.getBody()));
        }
        try {
            Got got = call(builder);
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

    private static String text(InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(LARGEST + 1);
        if (bytes.length > LARGEST) {
            throw new IOException("the answer is larger than " + LARGEST + " bytes");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private Got call(HttpRequest.Builder request) throws IOException, SignOnProblem.Stopped {
        HttpRequest built = request.timeout(WHOLE).build();
        requireAllowed(built.uri());
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER).sslContext(context()).build()) {
            HttpResponse<InputStream> response = client.send(built, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                return new Got(response.statusCode(), response.headers().firstValue("content-type").orElse(""),
                        text(body));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Looks at what the name stands for now; the settings' own check looks at the text alone. */
    void requireAllowed(URI address) throws SignOnProblem.Stopped {
        String host = address.getHost();
        String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
        if (host == null || !scheme.equals("https") && !(scheme.equals("http") && privateAllowed)) {
            throw new SignOnProblem.Stopped(SignOnProblem.FORBIDDEN_ADDRESS);
        }
        requireAllowed(host, privateAllowed);
    }

    static void requireAllowed(String host, boolean privateAllowed) throws SignOnProblem.Stopped {
        if (privateAllowed) {
            return;
        }
        try {
            for (InetAddress one : InetAddress.getAllByName(host)) {
                if (isPrivate(one)) {
                    throw new SignOnProblem.Stopped(SignOnProblem.FORBIDDEN_ADDRESS);
                }
            }
        } catch (UnknownHostException e) {
            throw new SignOnProblem.Stopped(SignOnProblem.UNREACHABLE, e);
        }
    }

    private static boolean isPrivate(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean shared = bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xc0) == 64;
        boolean uniqueLocal = bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc;
        return address.isLoopbackAddress() || address.isAnyLocalAddress() || address.isLinkLocalAddress()
                || address.isSiteLocalAddress() || address.isMulticastAddress() || shared || uniqueLocal;
    }

    SSLContext context() throws IOException {
        try {
            if (trusted == null) {
                return SSLContext.getDefault();
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[]{trust(certificates(trusted))}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("the provider's trustedCertificates can't be used", e);
        }
    }

    static Collection<? extends Certificate> certificates(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    /** The usual authorities, and these. */
    private static X509TrustManager trust(Collection<? extends Certificate> more)
            throws GeneralSecurityException, IOException {
        KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
        all.load(null, null);
        int count = 0;
        for (Certificate one : more) {
            all.setCertificateEntry("own-" + count++, one);
        }
        for (X509Certificate one : manager(null).getAcceptedIssuers()) {
            all.setCertificateEntry("usual-" + count++, one);
        }
        return manager(all);
    }

    private static X509TrustManager manager(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("the JDK has no X.509 trust manager");
    }
}
