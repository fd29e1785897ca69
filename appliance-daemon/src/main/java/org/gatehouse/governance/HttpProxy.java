package org.gatehouse.governance;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** The HTTP proxy by which the box calls what is outside, without its password. Immutable. */
public record HttpProxy(
        @About(value = "Its address, such as http://proxy.example.com:3128.", min = 1, max = 500) String url,
        @About(value = "Who signs in there; null for nobody.", min = 1, max = 200, pattern = "[^:]+") @Nullable String user,
        @About(value = "What is reached without it: names with all below them, addresses, each with a port or without; * for everything.", fallback = "[]", max = 100) List<String> exceptions) {
    private static final int USUAL_PORT = 3128;

    /** Checks the address, and that each exception is one. */
    public HttpProxy {
        exceptions = List.copyOf(exceptions);
        URI address = address(url);
        String scheme = address.getScheme() == null ? "" : address.getScheme().toLowerCase(Locale.ROOT);
        String path = address.getRawPath();
        if (!scheme.equals("http") || address.getHost() == null || address.getUserInfo() != null
                || address.getPort() == 0 || address.getPort() > 65_535 || path != null && path.length() > 1
                || address.getQuery() != null) {
            throw new IllegalArgumentException("url must be http://host:port without a name and a password");
        }
        for (String exception : exceptions) {
            if (!exception.strip().matches(
                    "\\*|(\\*?\\.)?[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]{1,5})?|[0-9a-fA-F:.]+|\\[[0-9a-fA-F:.]+\\](:[0-9]{1,5})?")) {
                throw new IllegalArgumentException("exceptions must hold names such as .example.com, or addresses; '"
                        + exception + "' is none");
            }
        }
    }

    private static URI address(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException _) {
            throw new IllegalArgumentException("url must be http://host:port");
        }
    }

    /** Name or address, without brackets. */
    public String host() {
        return address(url).getHost().replace("[", "").replace("]", "");
    }

    /** 3128 where the address names none. */
    public int port() {
        int port = address(url).getPort();
        return port < 0 ? USUAL_PORT : port;
    }
}
