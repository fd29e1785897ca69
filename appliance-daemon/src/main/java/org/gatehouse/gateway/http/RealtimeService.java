package org.gatehouse.gateway.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.dialect.openai.OpenAiDialect;
import org.gatehouse.gateway.exchange.Dialect;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.realtime.ClientLink;
import org.gatehouse.gateway.realtime.Opening;
import org.gatehouse.gateway.realtime.RealtimeDoor;
import org.gatehouse.gateway.realtime.RealtimeSession;
import org.gatehouse.gateway.websocket.Handshake;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.listen.ClientStream;

/**
 * {@code GET /v1/realtime}: a WebSocket in HTTP/1.1 (RFC 6455). Whatever is refused is refused in HTTP; a session is held on the
 * connection's own thread, which makes it a call in flight to its listener. Thread-safe.
 */
public final class RealtimeService implements HttpService {
    private static final HeaderName KEY = HeaderNames.create("sec-websocket-key");
    private static final HeaderName VERSION = HeaderNames.create("sec-websocket-version");
    private static final HeaderName PROTOCOLS = HeaderNames.create("sec-websocket-protocol");
    private static final HeaderName BETA = HeaderNames.create("openai-beta");
    private static final HeaderName AZURE_KEY = HeaderNames.create("api-key");
    private static final String PROTOCOL = "realtime";
    /** A browser can set no header: its key comes as a protocol that it claims to speak. */
    private static final String KEY_PROTOCOL = "openai-insecure-api-key.";
    private static final String BETA_PROTOCOL = "openai-beta.realtime-v1";
    private static final Dialect OPENAI = new OpenAiDialect();

    private final GatewayService gateway;
    private final RealtimeDoor door;

    /** Takes what stamps arrivals, and where sessions begin. */
    public RealtimeService(GatewayService gateway, RealtimeDoor door) {
        this.gateway = gateway;
        this.door = door;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/realtime", this::handle);
    }

    private void handle(ServerRequest request, ServerResponse response) {
        HelidonReply reply = new HelidonReply(response);
        List<String> protocols = tokens(request, PROTOCOLS);
        Exchange exchange = new Exchange(
                gateway.arrival(OPENAI, Surface.REALTIME, request, credential(request, protocols)),
                GatewayService.presence(request), reply, new NoClient());
        Refusal refusal = unusable(request, response);
        if (refusal != null) {
            reply.header("x-request-id", exchange.arrival().requestId());
            reply.send(refusal.reason().status(), "application/json", OPENAI.errorBody(refusal));
            return;
        }
        boolean beta = protocols.contains(BETA_PROTOCOL)
                || request.headers().first(BETA).orElse("").contains("realtime=v1");
        RealtimeSession session = door.open(exchange,
                new Opening(request.query().first("model").orElse(null), beta));
        if (session == null) {
            reply.leave();
            return;
        }
        hold(session, request, response, protocols);
        throw new CloseConnectionException("the session has ended");
    }

    private static void hold(RealtimeSession session, ServerRequest request, ServerResponse response,
            List<String> protocols) {
        ClientStream stream = ClientStream.takeOver(request)
                .orElseThrow(() -> new IllegalStateException("only HTTP/1.1 gets here"));
        byte[] head = head(request, response, protocols);
        try {
            stream.write(head, 0, head.length);
        } catch (IOException _) {
            session.abandon();
            return;
        }
        session.hold(new Link(stream));
    }

    private record Link(ClientStream stream) implements ClientLink {
        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return stream.read(target, offset, length);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            stream.write(bytes, offset, length);
        }

        @Override
        public void close() {
            stream.close();
        }
    }

    /** Why the request opens no WebSocket; {@code null} when it does. */
    private static @Nullable Refusal unusable(ServerRequest request, ServerResponse response) {
        boolean one = request.prologue().protocolVersion().startsWith("1");
        boolean asked = tokens(request, HeaderNames.UPGRADE).stream().anyMatch("websocket"::equalsIgnoreCase)
                && tokens(request, HeaderNames.CONNECTION).stream().anyMatch("upgrade"::equalsIgnoreCase);
        if (!one || !asked) {
            if (one) {
                // RFC 9110 15.5.22: it must say to what.
                response.header(HeaderNames.UPGRADE, "websocket");
                response.header(HeaderNames.CONNECTION, "upgrade");
            }
            return Refusal.of(Reason.UPGRADE_REQUIRED,
                    "Realtime is spoken over WebSocket. Open one over HTTP/1.1, with 'Upgrade: websocket'.");
        }
        if (!request.headers().first(VERSION).orElse("").equals(Handshake.VERSION)) {
            response.header(VERSION, Handshake.VERSION);
            return Refusal.of(Reason.UPGRADE_REQUIRED,
                    "This version of WebSocket is not spoken here. Use version " + Handshake.VERSION + ".");
        }
        if (!Handshake.isKey(request.headers().first(KEY).orElse(""))) {
            return Refusal.invalid(null, "The header 'Sec-WebSocket-Key' is missing or no key."
                    + " Use a WebSocket client, or send 16 random bytes in Base64.");
        }
        for (String lacking : List.of("call_id", "intent")) {
            if (request.query().contains(lacking)) {
                return Refusal.invalid(lacking, "The parameter '" + lacking
                        + "' is not carried here. Open the session with 'model' alone.");
            }
        }
        return null;
    }

    private static byte[] head(ServerRequest request, ServerResponse response, List<String> protocols) {
        StringBuilder head = new StringBuilder(512).append("HTTP/1.1 101 Switching Protocols\r\n")
                .append("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ")
                .append(Handshake.accept(request.headers().first(KEY).orElse(""))).append("\r\n");
        if (protocols.contains(PROTOCOL)) {
            head.append("Sec-WebSocket-Protocol: ").append(PROTOCOL).append("\r\n");
        }
        for (Header header : response.headers()) {
            head.append(header.name()).append(": ").append(header.get()).append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static @Nullable String credential(ServerRequest request, List<String> protocols) {
        String credential = GatewayService.credential(request);
        if (credential != null) {
            return credential;
        }
        for (String protocol : protocols) {
            if (protocol.startsWith(KEY_PROTOCOL)) {
                return protocol.substring(KEY_PROTOCOL.length());
            }
        }
        return request.headers().first(AZURE_KEY).orElse(null);
    }

    private static List<String> tokens(ServerRequest request, HeaderName name) {
        return request.headers().values(name).stream().flatMap(value -> List.of(value.split(",")).stream())
                .map(String::strip).toList();
    }
}
