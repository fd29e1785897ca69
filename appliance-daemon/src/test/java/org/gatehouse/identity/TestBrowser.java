package org.gatehouse.identity;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/** As much of a browser as signing on needs: cookies by host, redirects followed, one form sent. */
public final class TestBrowser implements AutoCloseable {
    private static final Pattern ACTION = Pattern.compile("<form[^>]*action=\"([^\"]+)\"");
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, Map<String, String>> cookies = new LinkedHashMap<>();

    /** A page, and where it lies. */
    public record Page(URI address, int status, String text) {

        /** Where its form goes. */
        public URI action() {
            Matcher matcher = ACTION.matcher(text);
            if (!matcher.find()) {
                throw new AssertionError("no form at " + address + ": " + text);
            }
            return address.resolve(matcher.group(1).replace("&amp;", "&"));
        }

        /** The value of a hidden field of its form. */
        public String hidden(String name) {
            Matcher matcher = Pattern.compile("<input[^>]*name=\"" + name + "\"[^>]*value=\"([^\"]*)\"",
                    Pattern.CASE_INSENSITIVE).matcher(text);
            if (!matcher.find()) {
                throw new AssertionError("no field " + name + " at " + address + ": " + text);
            }
            return matcher.group(1).replace("&#43;", "+").replace("&#61;", "=").replace("&amp;", "&");
        }
    }

    /** Goes to an address and follows redirects until a page that is none, or whose address begins so. */
    public Page go(URI address, String until) throws IOException, InterruptedException {
        return follow(send("GET", address, null), address, until);
    }

    /** Sends a form and follows redirects likewise. */
    public Page submit(URI action, Map<String, String> fields, String until)
            throws IOException, InterruptedException {
        return follow(send("POST", action, KeycloakServer.form(fields)), action, until);
    }

    private Page follow(HttpResponse<String> response, URI from, String until)
            throws IOException, InterruptedException {
        URI here = from;
        HttpResponse<String> now = response;
        for (int i = 0; i < 10 && now.statusCode() / 100 == 3; i++) {
            here = here.resolve(now.headers().firstValue("location").orElseThrow());
            if (here.toString().startsWith(until)) {
                return new Page(here, now.statusCode(), "");
            }
            now = send("GET", here, null);
        }
        return new Page(here, now.statusCode(), now.body());
    }

    private HttpResponse<String> send(String method, URI address, @Nullable String form)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(60));
        Map<String, String> own = cookies.computeIfAbsent(address.getAuthority(), _ -> new LinkedHashMap<>());
        if (!own.isEmpty()) {
            request.header("Cookie", own.entrySet().stream().map(pair -> pair.getKey() + "=" + pair.getValue())
                    .collect(Collectors.joining("; ")));
        }
        if (form != null) {
            request.header("Content-Type", "application/x-www-form-urlencoded");
        }
        request.method(method, form == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(form));
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        for (String header : response.headers().allValues("set-cookie")) {
            int equals = header.indexOf('=');
            int end = header.indexOf(';');
            String value = header.substring(equals + 1, end < 0 ? header.length() : end);
            if (value.isEmpty() || header.toLowerCase(java.util.Locale.ROOT).contains("max-age=0")) {
                own.remove(header.substring(0, equals));
            } else {
                own.put(header.substring(0, equals), value);
            }
        }
        return response;
    }

    /** What it keeps of a host, by name; empty when nothing. */
    public String cookie(String authority, String name) {
        return cookies.getOrDefault(authority, Map.of()).getOrDefault(name, "");
    }

    @Override
    public void close() {
        client.close();
    }
}
