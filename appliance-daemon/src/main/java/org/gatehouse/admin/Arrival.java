package org.gatehouse.admin;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a request tells of who sends it, before anybody is believed. Immutable.
 *
 * @param secure whether it came over TLS
 * @param authorization the header; {@code null} without
 * @param cookie what the browser keeps of a session; {@code null} without
 * @param signOn what the browser keeps of a sign-on that is under way; {@code null} without
 * @param console whether the header is there that no form and no link of another site can send
 * @param site {@code Sec-Fetch-Site}; {@code null} without
 * @param origin {@code Origin}; {@code null} without
 * @param host {@code Host}
 * @param address the peer's, as digits: asking for its host would ask a name server
 * @param agent what the client calls itself
 * @param lastEventId the last event that the client has had; {@code null} without
 */
record Arrival(String method, boolean secure, @Nullable String authorization, @Nullable String cookie,
        @Nullable String signOn, boolean console, @Nullable String site, @Nullable String origin, String host,
        String address, String agent, String requestId, @Nullable String lastEventId) {

    /** The header that the console sends: a custom one makes browsers ask first, and we allow nobody (CORS). */
    static final String CONSOLE_HEADER = "x-gatehouse-console";
    private static final HeaderName CONSOLE = HeaderNames.create(CONSOLE_HEADER);
    private static final HeaderName LAST_EVENT = HeaderNames.create("Last-Event-ID");
    private static final HeaderName SITE = HeaderNames.create("Sec-Fetch-Site");
    /** RFC 6265bis 4.1.3.2: a browser takes it over TLS only, from this host only, for all paths. */
    private static final String SECURE_COOKIE = "__Host-gatehouse";
    private static final String PLAIN_COOKIE = "gatehouse-session";
    /** What stands in an address that browsers are sent to must not say more than a host. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._\\[\\]:-]{1,255}");
    private static final String SECURE_SIGN_ON = "__Host-gatehouse-sign-on";
    private static final String PLAIN_SIGN_ON = "gatehouse-sign-on";

    static Arrival of(ServerRequest request, String requestId) {
        boolean secure = request.isSecure();
        return new Arrival(request.prologue().method().text(), secure,
                request.headers().first(HeaderNames.AUTHORIZATION).orElse(null),
                cookie(request, secure ? SECURE_COOKIE : PLAIN_COOKIE).orElse(null),
                cookie(request, secure ? SECURE_SIGN_ON : PLAIN_SIGN_ON).orElse(null),
                request.headers().first(CONSOLE).filter("1"::equals).isPresent(),
                request.headers().first(SITE).orElse(null), request.headers().first(HeaderNames.ORIGIN).orElse(null),
                request.headers().first(HeaderNames.HOST).filter(host -> HOST.matcher(host).matches())
                        .orElse("localhost"),
                address(request),
                request.headers().first(HeaderNames.USER_AGENT).orElse(""), requestId,
                request.headers().first(LAST_EVENT).filter(id -> id.length() <= 100).orElse(null));
    }

    /** What the box asks of itself. */
    static Arrival ofTheBox() {
        return new Arrival("GET", true, null, null, null, false, null, null, "localhost", "", "", "", null);
    }

    private static Optional<String> cookie(ServerRequest request, String name) {
        if (!request.headers().contains(HeaderNames.COOKIE)) {
            return Optional.empty();
        }
        for (String header : request.headers().get(HeaderNames.COOKIE).allValues()) {
            for (String pair : header.split(";", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0 && pair.substring(0, equals).strip().equals(name)) {
                    return Optional.of(pair.substring(equals + 1).strip());
                }
            }
        }
        return Optional.empty();
    }

    private static String address(ServerRequest request) {
        return request.remotePeer().address() instanceof InetSocketAddress peer && peer.getAddress() != null
                ? peer.getAddress().getHostAddress()
                : "";
    }

    /** Whether the request changes nothing (RFC 9110 9.2.1). */
    boolean isSafe() {
        return method.equals("GET") || method.equals("HEAD");
    }

    /**
     * Whether another site may have had the browser send it: it lacks the console's header, or the browser says that it
     * comes from elsewhere, or nothing says where it comes from.
     */
    boolean mayBeForged() {
        if (!console) {
            return true;
        }
        if (site != null) {
            return !site.equals("same-origin");
        }
        return origin == null || !isOwn(origin);
    }

    /** Whether the browser says that a page of another site asked for it. */
    boolean isOfAnotherSite() {
        return site != null && !site.equals("same-origin") && !site.equals("none");
    }

    private boolean isOwn(String claimed) {
        try {
            URI uri = new URI(claimed);
            String scheme = secure ? "https" : "http";
            return scheme.equalsIgnoreCase(uri.getScheme()) && uri.getAuthority() != null
                    && plain(uri.getAuthority(), scheme).equals(plain(host, scheme));
        } catch (URISyntaxException _) {
            return false;
        }
    }

    private static String plain(String authority, String scheme) {
        String lower = authority.toLowerCase(Locale.ROOT);
        String usual = scheme.equals("https") ? ":443" : ":80";
        return lower.endsWith(usual) ? lower.substring(0, lower.length() - usual.length()) : lower;
    }

    /** Where the browser reached the box: for redirects back to it. */
    String base() {
        return (secure ? "https://" : "http://") + host;
    }

    /** The header that has the browser keep a session. */
    String keepSession(String value, long seconds) {
        return set(secure ? SECURE_COOKIE : PLAIN_COOKIE, value, seconds);
    }

    /** The header that has the browser forget its session. */
    String forgetSession() {
        return set(secure ? SECURE_COOKIE : PLAIN_COOKIE, "", 0);
    }

    /** The header that has the browser keep a sign-on that is under way. */
    String keepSignOn(String value, long seconds) {
        return set(secure ? SECURE_SIGN_ON : PLAIN_SIGN_ON, value, seconds);
    }

    /**
     * The same for a sign-on whose answer is posted by a page of the provider: only {@code SameSite=None} cookies come
     * along then, and browsers keep these over TLS only.
     */
    String keepPostedSignOn(String value, long seconds) {
        String header = keepSignOn(value, seconds);
        return secure ? header.replace("SameSite=Lax", "SameSite=None") : header;
    }

    /** Lax, not Strict: behind a sign-on the browser comes from the provider's site. */
    private String set(String name, String value, long seconds) {
        return name + "=" + value + "; Path=/; Max-Age=" + seconds + (secure ? "; Secure" : "")
                + "; HttpOnly; SameSite=Lax";
    }
}
