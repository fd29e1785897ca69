package org.gatehouse.gateway.upstream.provider;

import java.util.List;

import org.gatehouse.gateway.upstream.http.BodySlice;
import org.gatehouse.gateway.upstream.http.Endpoint;
import org.gatehouse.gateway.upstream.http.RequestHeaders;

/** How calls with one key prove who the box is. Thread-safe. */
@FunctionalInterface
public interface Authorization {

    /**
     * The headers of one call. Usually the same for all. May wait for whoever makes tokens, within a deadline.
     *
     * @param endpoint where the call goes
     * @param path below the endpoint's base path, query included
     * @throws NotAuthorizedException when the proof cannot be had, such as a token that its issuer refuses
     */
    RequestHeaders headers(Endpoint endpoint, String method, String path, List<BodySlice> body)
            throws NotAuthorizedException;

    /**
     * The provider did not take the proof. Forgets what was kept of it, and says whether the next call shows another one;
     * false where it would be the same.
     */
    default boolean refused() {
        return false;
    }

    /** No proof. */
    Authorization NONE = (_, _, _, _) -> RequestHeaders.NONE;

    /** The same header on every call. */
    static Authorization header(String name, String value) {
        RequestHeaders headers = RequestHeaders.of(name, value);
        return (_, _, _, _) -> headers;
    }

    /** A bearer token. */
    static Authorization bearer(String token) {
        return header("authorization", "Bearer " + token);
    }

    /** A key that no proof can be made of. */
    static Authorization unusable(String why) {
        return (_, _, _, _) -> {
            throw new NotAuthorizedException(true, why);
        };
    }
}
