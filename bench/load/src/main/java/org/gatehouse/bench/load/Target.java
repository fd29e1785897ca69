package org.gatehouse.bench.load;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Where calls go: plain HTTP/1.1, because the benchmarks compare gateways on loopback.
 *
 * @param host a name or an address
 * @param port the TCP port
 * @param path the request target, such as {@code /v1/chat/completions}
 * @param key the bearer key that goes along; {@code null} sends none
 */
record Target(String host, int port, String path, @Nullable String key) {
    static final String CHAT = "/v1/chat/completions";

    Target {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(path, "path");
    }

    /**
     * Reads {@code http://host[:port][/path]}. A URL without a path, or with the {@code /v1} at which client libraries
     * are pointed, means {@code fallbackPath} there.
     */
    static Target parse(String url, String fallbackPath, @Nullable String key) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new UsageException("'" + url + "' is not a URL: write http://host:port");
        }
        if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new UsageException("'" + url + "' is not a plain HTTP URL: write http://host:port");
        }
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        String path = uri.getRawPath() == null || uri.getRawPath().matches("/?|/v1/?")
                ? fallbackPath
                : uri.getRawPath();
        String query = uri.getRawQuery();
        return new Target(uri.getHost(), port, query == null ? path : path + "?" + query, key);
    }

    /** The same place with another request target. */
    Target at(String otherPath) {
        return new Target(host, port, otherPath, key);
    }

    /** The address, resolved now. */
    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    /** The header block of a request up to, and without, its empty line. */
    String head(String method) {
        String authorization = key == null ? "" : "Authorization: Bearer " + key + "\r\n";
        return method + " " + path + " HTTP/1.1\r\nHost: " + host + ":" + port + "\r\n" + authorization;
    }

    /** Without the key, so that a message can name it. */
    @Override
    public String toString() {
        return "http://" + host + ":" + port + path;
    }
}
