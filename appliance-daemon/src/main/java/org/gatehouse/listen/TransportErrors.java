package org.gatehouse.listen;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests that end before or outside of a handler. Says what happened in our own words, never an exception's: messages of exceptions may
 * name classes, paths and versions. Tells the observer of each. Thread-safe.
 */
final class TransportErrors {
    static final HeaderName REQUEST_ID = HeaderNames.create("x-request-id");
    /** Helidon's message (4.5.0, Http1HeadersParser) for what RFC 6585 calls 431; it sends 400. */
    private static final String HEADERS_TOO_LARGE = "Header size exceeded";
    /** Helidon's messages (4.5.0) for a body in an encoding that we do not take (RFC 9110 15.5.16: 415); it sends 400. */
    private static final String ENCODED_BODY = "Content-Encoding header present when content encoding is disabled";
    private static final Status HEADERS_431 = Status.create(431, "Request Header Fields Too Large");
    private static final int MAX_ID_LENGTH = 128;

    private static final HeaderName API_KEY = HeaderNames.create("x-api-key");
    private static final HeaderName TRACEPARENT = HeaderNames.create("traceparent");

    private final String listener;
    private final TransportErrorRenderer renderer;
    private final EarlyRefusal.Observer observer;
    private final RareLog log;

    TransportErrors(String listener, TransportErrorRenderer renderer, EarlyRefusal.Observer observer, RareLog log) {
        this.listener = listener;
        this.renderer = renderer;
        this.observer = observer;
        this.log = log;
    }

    /** These answers for every kind of event on one client's connection. */
    DirectHandlers asHandlers(InetAddress client) {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        DirectHandler answers = (request, type, status, headers, message) -> answer(client, request, type, status,
                headers, message);
        for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, answers);
        }
        return handlers.build();
    }

    private DirectHandler.TransportResponse answer(InetAddress client, DirectHandler.TransportRequest request,
            DirectHandler.EventType type, Status status, ServerResponseHeaders headers, String message) {
        Status answer = switch (message) {
            case HEADERS_TOO_LARGE -> HEADERS_431;
            case ENCODED_BODY -> Status.UNSUPPORTED_MEDIA_TYPE_415;
            case null, default -> status;
        };
        String requestId = requestId(request.headers());
        headers.set(REQUEST_ID, requestId);
        tell(new EarlyRefusal(listener, answer.code(), pathOnly(request.path()), client, requestId,
                header(request.headers(), HeaderNames.AUTHORIZATION), header(request.headers(), API_KEY),
                header(request.headers(), TRACEPARENT)));
        DirectHandler.TransportResponse.Builder response = DirectHandler.TransportResponse.builder().status(answer)
                .headers(headers)
                .keepAlive(type.keepAlive());
        if (request.path().isEmpty() && message != null) {
            // Helidon 4.5.0's HTTP/2 stream announces the length of our body and then sends its own message (Http2ServerStream.run): they must agree.
            return response.header(HeaderValues.CONTENT_TYPE_TEXT_PLAIN)
                    .entity(message.getBytes(StandardCharsets.UTF_8)).build();
        }
        TransportErrorRenderer.Rendered rendered = renderer.render(answer.code(), pathOnly(request.path()),
                reason(answer.code()));
        return response.header(HeaderNames.CONTENT_TYPE, rendered.contentType()).entity(rendered.body()).build();
    }

    /** Answers a request that a handler would have got. */
    void refuse(RoutingRequest request, RoutingResponse response, int status, int retryAfterSeconds) {
        TransportErrorRenderer.Rendered rendered = renderer.render(status, request.prologue().uriPath().rawPath(),
                reason(status));
        response.header(HeaderNames.RETRY_AFTER, Integer.toString(retryAfterSeconds));
        String requestId = requestId(request.headers());
        tell(new EarlyRefusal(listener, status, request.prologue().uriPath().rawPath(), HelidonView.client(
                request.remotePeer()), requestId, null, null, null));
        send(request, response, status, requestId, rendered);
    }

    /** Answers a request whose body was announced as larger than its path takes. */
    void tooLarge(RoutingRequest request, RoutingResponse response) {
        int status = Status.REQUEST_ENTITY_TOO_LARGE_413.code();
        String path = request.prologue().uriPath().rawPath();
        String requestId = requestId(request.headers());
        tell(new EarlyRefusal(listener, status, path, HelidonView.client(request.remotePeer()), requestId,
                header(request.headers(), HeaderNames.AUTHORIZATION), header(request.headers(), API_KEY),
                header(request.headers(), TRACEPARENT)));
        send(request, response, status, requestId, renderer.render(status, path, reason(status)));
    }

    private static void send(RoutingRequest request, RoutingResponse response, int status, String requestId,
            TransportErrorRenderer.Rendered rendered) {
        response.status(status);
        response.header(HeaderNames.CONTENT_TYPE, rendered.contentType());
        response.header(REQUEST_ID, requestId);
        if (request.prologue().protocolVersion().startsWith("1")) {
            response.header(HeaderValues.CONNECTION_CLOSE);
        }
        response.send(rendered.body());
        response.commit();
    }

    private void tell(EarlyRefusal refusal) {
        boolean ordinary = switch (refusal.status()) {
            case 404, 405, 500, 503 -> true;
            default -> false;
        };
        if (!ordinary) {
            log.warn("A request from " + refusal.client().getHostAddress() + " was refused with " + refusal.status()
                    + " (" + refusal.code() + ") before it became a call: its client sends what this box does not take",
                    null);
        }
        observer.refused(refusal);
    }

    private static @Nullable String header(Headers headers, HeaderName name) {
        return headers.first(name).orElse(null);
    }

    /** The client's own request id if it is a sane one, else a new one. */
    private static String requestId(Headers headers) {
        String given = headers.first(REQUEST_ID).orElse("");
        return given.isEmpty() || given.length() > MAX_ID_LENGTH || !given.chars().allMatch(c -> c > ' ' && c < 0x7f)
                ? UUID.randomUUID().toString()
                : given;
    }

    private static String pathOnly(String path) {
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }

    private static String reason(int status) {
        return switch (status) {
            case 400 ->
                "The request is not valid HTTP: check its request line, its Host header and the framing of its body.";
            case 401, 403 -> "The request was refused: check its credentials.";
            case 404 -> "There is nothing at this path: check the URL and the method.";
            case 405 -> "This path does not know the method: check the method.";
            case 408 -> "The request body arrived too slowly: send it again over a better connection.";
            case 413 -> "The request body is larger than this path takes: send less.";
            case 414 -> "The URL is too long: put the data into the body.";
            case 415 ->
                "The request body is encoded (Content-Encoding) or of a type that this path does not take: send it plain.";
            case 431 -> "The request headers are larger than this server takes: send fewer or shorter ones.";
            case 501 -> "The request uses a transfer coding that this server does not know: send it plain or chunked.";
            case 503 -> "The server takes no new requests at the moment: try again shortly.";
            case 505 -> "This server speaks HTTP/1.1 and HTTP/2: HTTP/1.0 is not supported.";
            default -> status < 500
                    ? "The request was refused with status " + status + "."
                    : "The server failed to answer: try again, and give the x-request-id to its administrator if it fails again.";
        };
    }
}
