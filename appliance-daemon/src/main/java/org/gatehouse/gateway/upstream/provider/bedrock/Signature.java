package org.gatehouse.gateway.upstream.provider.bedrock;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.time.Clock;
import java.util.Collections;
import java.util.List;

import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

import org.gatehouse.gateway.upstream.http.BodySlice;
import org.gatehouse.gateway.upstream.http.Endpoint;
import org.gatehouse.gateway.upstream.http.RequestHeaders;
import org.gatehouse.gateway.upstream.provider.Authorization;
import org.gatehouse.gateway.upstream.provider.NotAuthorizedException;

/** Signs each call with one key of AWS, Signature version 4. Thread-safe. */
final class Signature implements Authorization {
    private static final String SERVICE = "bedrock";
    private static final AwsV4HttpSigner SIGNER = AwsV4HttpSigner.create();

    private final AwsCredentialsIdentity identity;
    private final String region;
    private final Clock clock;

    private Signature(AwsCredentialsIdentity identity, String region, Clock clock) {
        this.identity = identity;
        this.region = region;
        this.clock = clock;
    }

    /** Takes {@code ACCESSKEYID:SECRET[:SESSIONTOKEN]}; none of the three holds a colon. */
    static Authorization with(String secret, String region, Clock clock) {
        String[] parts = secret.strip().split(":", -1);
        boolean whole = parts.length == 2 || parts.length == 3;
        for (String part : parts) {
            whole &= part.matches("[\\x21-\\x7e]+");
        }
        if (!whole) {
            return Authorization.unusable("its key is not of the form ACCESSKEYID:SECRET or"
                    + " ACCESSKEYID:SECRET:SESSIONTOKEN");
        }
        return new Signature(parts.length == 2
                ? AwsCredentialsIdentity.create(parts[0], parts[1])
                : AwsSessionCredentialsIdentity.create(parts[0], parts[1], parts[2]), region, clock);
    }

    @Override
    public RequestHeaders headers(Endpoint endpoint, String method, String path, List<BodySlice> body)
            throws NotAuthorizedException {
        if (endpoint.scheme() == Endpoint.Scheme.UNIX) {
            throw new NotAuthorizedException(false, "calls to a unix socket cannot be signed; give it an https URL");
        }
        SdkHttpRequest signed = SIGNER.sign(request -> request.identity(identity)
                .request(SdkHttpRequest.builder().method(SdkHttpMethod.fromValue(method))
                        .uri(URI.create(endpoint.origin() + endpoint.basePath() + path)).build())
                .payload(() -> stream(body)).putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, SERVICE)
                .putProperty(AwsV4HttpSigner.REGION_NAME, region).putProperty(HttpSigner.SIGNING_CLOCK, clock))
                .request();
        RequestHeaders headers = RequestHeaders.NONE;
        for (var header : signed.headers().entrySet()) {
            // The client writes its own, which is the same: the origin that was signed is made of it.
            if (!header.getKey().equalsIgnoreCase("host")) {
                headers = headers.and(header.getKey(), header.getValue().getFirst());
            }
        }
        return headers;
    }

    private static InputStream stream(List<BodySlice> body) {
        return new SequenceInputStream(Collections.enumeration(body.stream()
                .map(slice -> (InputStream) new ByteArrayInputStream(slice.array(), slice.offset(), slice.length()))
                .toList()));
    }
}
