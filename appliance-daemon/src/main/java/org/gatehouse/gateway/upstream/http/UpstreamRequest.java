package org.gatehouse.gateway.upstream.http;

import java.util.List;

/**
 * What to send. The client adds {@code host}, {@code accept-encoding: identity} and {@code content-length}. Immutable, and may be
 * sent more than once.
 *
 * @param method {@code GET}, {@code POST}, …
 * @param path appended to the endpoint's base path: begins with {@code /}, may carry a query, is percent-encoded already
 * @param headers further header lines
 * @param body pieces of the body in order; empty for none
 */
public record UpstreamRequest(String method, String path, RequestHeaders headers, List<BodySlice> body) {

    /** Checks method and path, so that neither can smuggle a line into the request. */
    public UpstreamRequest {
        if (!Grammar.isToken(method)) {
            throw new IllegalArgumentException(
                    "The request method is not a token. Use GET, POST or another HTTP method.");
        }
        checkPath(path);
        body = List.copyOf(body);
    }

    /** A {@code GET} without a body. */
    public static UpstreamRequest get(String path, RequestHeaders headers) {
        return new UpstreamRequest("GET", path, headers, List.of());
    }

    /** A {@code POST} of one array. */
    public static UpstreamRequest post(String path, RequestHeaders headers, byte[] body) {
        return new UpstreamRequest("POST", path, headers, List.of(BodySlice.of(body)));
    }

    /** Asks for a switch to WebSocket: a {@code GET} whose good answer is 101. */
    public static UpstreamRequest webSocket(String path, RequestHeaders headers) {
        return get(path, RequestHeaders.upgradingToWebSocket().and(headers));
    }

    /** Bytes of the body, all pieces together. */
    public long contentLength() {
        long sum = 0;
        for (BodySlice slice : body) {
            sum += slice.length();
        }
        return sum;
    }

    private static void checkPath(String path) {
        boolean absolute = !path.isEmpty() && path.charAt(0) == '/';
        boolean visible = true;
        for (int index = 0; index < path.length(); index++) {
            char character = path.charAt(index);
            visible &= character > ' ' && character < 0x7f && character != '#';
        }
        if (!absolute || !visible) {
            throw new IllegalArgumentException(
                    "A request path must begin with / and hold visible ASCII characters without #."
                            + " Percent-encode the others.");
        }
        if (path.contains("/.") && climbs(path)) {
            throw new IllegalArgumentException(
                    "A request path must not leave the endpoint's base path by . or .. segments."
                            + " Give the path without them.");
        }
    }

    private static boolean climbs(String path) {
        int query = path.indexOf('?');
        String plain = (query < 0 ? path : path.substring(0, query)) + "/";
        return plain.contains("/./") || plain.contains("/../");
    }
}
