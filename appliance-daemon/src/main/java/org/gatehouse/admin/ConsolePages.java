package org.gatehouse.admin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/**
 * The web console and the set-up of a new box as a Helidon service: mount it at the root. It answers everything under
 * {@code /console} and, while the box is being set up, under {@code /setup}; {@code /} leads to what the box needs. Every
 * path that is no file gets the page, so that deep links work. Nothing here is secret and nobody is asked who they are:
 * what the pages show, they get from the admin API. Thread-safe.
 */
public final class ConsolePages implements HttpService {
    private static final String ROOT = "/console/";
    private static final String SETUP = "/setup/";
    private static final String HASHED = "assets/";
    private static final String PLACE_OF_NONCE = "@NONCE@";
    private static final int NONCE_BYTES = 18;
    private static final HeaderName POLICY = HeaderNames.create("Content-Security-Policy");
    private static final HeaderName NO_SNIFF = HeaderNames.create("X-Content-Type-Options");
    private static final HeaderName REFERRER = HeaderNames.create("Referrer-Policy");
    private static final HeaderName OPENER = HeaderNames.create("Cross-Origin-Opener-Policy");
    private static final HeaderName RESOURCE = HeaderNames.create("Cross-Origin-Resource-Policy");
    private static final HeaderName FEATURES = HeaderNames.create("Permissions-Policy");
    private static final HeaderName FRAMES = HeaderNames.create("X-Frame-Options");

    private final ConsoleFiles files;
    private final RandomGenerator random;
    private final BooleanSupplier setUp;

    private ConsolePages(ConsoleFiles files, RandomGenerator random, BooleanSupplier setUp) {
        this.files = files;
        this.random = random;
        this.setUp = setUp;
    }

    /**
     * The console that was built into this program.
     *
     * @param random makes a nonce for each page: must not be guessable
     * @param setUp whether the box is set up; asked each time
     */
    public static ConsolePages ofProgram(RandomGenerator random, BooleanSupplier setUp) {
        return new ConsolePages(ConsoleFiles.ofProgram(), random, setUp);
    }

    @Override
    public void routing(HttpRules rules) {
        rules.any("/", (request, response) -> lead(setUp.getAsBoolean() ? ROOT : SETUP, request, response));
        rules.any("/console", (request, response) -> lead(ROOT, request, response));
        rules.any("/console/*", this::handle);
        rules.any("/setup", (request, response) -> lead(setUp.getAsBoolean() ? ROOT : SETUP, request, response));
        rules.any("/setup/*", this::setUp);
    }

    private static void lead(String to, ServerRequest request, ServerResponse response) {
        if (reads(request, response)) {
            response.status(302).header(HeaderNames.LOCATION, to).header(HeaderNames.CACHE_CONTROL, "no-store").send();
        }
    }

    private void setUp(ServerRequest request, ServerResponse response) {
        if (setUp.getAsBoolean()) {
            lead(ROOT, request, response);
        } else if (reads(request, response)) {
            page(ConsoleFiles.Page.SETUP, response);
        }
    }

    private void handle(ServerRequest request, ServerResponse response) {
        if (!reads(request, response)) {
            return;
        }
        // Raw: what is encoded is no name of ours.
        String path = request.prologue().uriPath().rawPath();
        String name = path.startsWith(ROOT) ? path.substring(ROOT.length()) : "";
        Optional<String> type = files.type(name);
        if (type.isPresent()) {
            file(name, type.get(), request, response);
        } else if (name.startsWith(HASHED)) {
            // A page of an older build asks for it: never the new page under a script's name.
            say(404, "The console has no such file. Load the page again.", response);
        } else {
            page(ConsoleFiles.Page.CONSOLE, response);
        }
    }

    private static boolean reads(ServerRequest request, ServerResponse response) {
        String method = request.prologue().method().text();
        if (method.equals("GET") || method.equals("HEAD")) {
            return true;
        }
        response.header(HeaderNames.ALLOW, "GET, HEAD");
        say(405, "The console's pages are only read. Changes go to /api/v1.", response);
        return false;
    }

    private void file(String name, String type, ServerRequest request, ServerResponse response) {
        ConsoleFiles.Coding coding = ConsoleFiles.Coding
                .accepted(request.headers().first(HeaderNames.ACCEPT_ENCODING).orElse(""));
        if (!coding.token().isEmpty()) {
            response.header(HeaderNames.CONTENT_ENCODING, coding.token());
        }
        response.header(HeaderNames.VARY, "Accept-Encoding").header(HeaderNames.CONTENT_TYPE, type)
                .header(NO_SNIFF, "nosniff").header(RESOURCE, "same-origin")
                // Names of assets have a digest of their content.
                .header(HeaderNames.CACHE_CONTROL,
                        name.startsWith(HASHED) ? "public, max-age=31536000, immutable" : "public, max-age=3600");
        try {
            response.send(files.content(name, coding));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void page(ConsoleFiles.Page wanted, ServerResponse response) {
        String page = files.page(wanted);
        if (page == null) {
            say(503, "This program was built without its console. Build it where Node.js 20 or later is installed;"
                    + " the admin API is at /api/v1 all the same.", response);
            return;
        }
        byte[] drawn = new byte[NONCE_BYTES];
        random.nextBytes(drawn);
        String nonce = Base64.getUrlEncoder().withoutPadding().encodeToString(drawn);
        response.header(POLICY, policy(nonce)).header(NO_SNIFF, "nosniff").header(REFERRER, "no-referrer")
                .header(OPENER, "same-origin").header(RESOURCE, "same-origin").header(FRAMES, "DENY")
                .header(FEATURES, "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
                .header(HeaderNames.CACHE_CONTROL, "no-store")
                .header(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8")
                .send(page.replace(PLACE_OF_NONCE, nonce).getBytes(StandardCharsets.UTF_8));
    }

    /** Scripts are files of ours only; styles that the component kit writes carry the page's nonce. */
    private static String policy(String nonce) {
        return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce
                + "'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self';"
                + " frame-ancestors 'none'";
    }

    private static void say(int status, String text, ServerResponse response) {
        response.status(status).header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .header(NO_SNIFF, "nosniff").header(HeaderNames.CACHE_CONTROL, "no-store")
                .send((text + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
