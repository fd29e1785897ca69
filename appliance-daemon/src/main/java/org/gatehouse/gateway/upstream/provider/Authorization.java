package org.gatehouse.gateway.upstream.provider;

import java.util.List;

import org.gatehouse.gateway.upstream.http.BodySlice;
import org.gatehouse.gateway.upstream.http.RequestHeaders;

/** How calls with one key prove who the box is. Thread-safe. */
@FunctionalInterface
public interface Authorization {

    /**
     * The headers of one call. Usually the same for all.
     *
     * @param path below the base URL, query included
     * @throws NotAuthorizedException when the proof cannot be had, such as a token that its issuer refuses
     */
    RequestHeaders headers(String method, String path, List<BodySlice> body) throws NotAuthorizedException;

    /** No proof. */
    Authorization NONE = (_, _, _) -> RequestHeaders.NONE;

    /** The same header on every call. */
    static Authorization header(String name, String value) {
        RequestHeaders headers = RequestHeaders.of(name, value);
        return (_, _, _) -> headers;
    }

    /** A bearer token. */
    static Authorization bearer(String token) {
        return header("authorization", "Bearer " + token);
    }
}
