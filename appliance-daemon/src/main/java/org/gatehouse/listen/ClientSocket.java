package org.gatehouse.listen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.cert.X509Certificate;
import java.util.List;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;

import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.NioSocket;
import io.helidon.common.socket.TlsNioSocket;
import org.jspecify.annotations.Nullable;

/**
 * The socket of one client connection: plain or TLS, and how it is left politely. A server that closes while the client still sends makes the
 * client's system throw away the answer (RFC 9112 9.6); so the sending side is closed first and what still comes in is read and thrown away.
 */
final class ClientSocket {
    private static final System.Logger LOGGER = System.getLogger(ClientSocket.class.getName());
    private static final List<String> PROTOCOLS = List.of("h2", "http/1.1");
    private static final int SINK_BYTES = 16 << 10;

    private final SocketChannel channel;
    private final @Nullable SSLEngine tls;
    private final HelidonSocket helidon;

    /**
     * Wraps an accepted connection.
     *
     * @param tls how new TLS connections speak it, null for plain ones
     */
    ClientSocket(SocketChannel channel, @Nullable ServerTls tls, String id, String listener, Pace pace) {
        this.channel = channel;
        this.tls = tls == null ? null : engine(tls);
        this.helidon = new PacedSocket(
                this.tls == null
                        ? NioSocket.server(channel, id, listener)
                        : TlsNioSocket.server(channel, this.tls, id, listener),
                pace);
    }

    private static SSLEngine engine(ServerTls tls) {
        // Without the peer's name and port: Helidon passes them and asks the DNS for the name of each client to do so.
        SSLEngine engine = tls.context().createSSLEngine();
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[]{"TLSv1.3", "TLSv1.2"});
        parameters.setUseCipherSuitesOrder(true);
        parameters.setWantClientAuth(tls.asksClients());
        engine.setSSLParameters(parameters);
        // The empty string means: go on without ALPN, for clients that offer only what we do not know.
        engine.setHandshakeApplicationProtocolSelector(
                (e, offered) -> PROTOCOLS.stream().filter(offered::contains).findFirst().orElse(""));
        return engine;
    }

    HelidonSocket helidon() {
        return helidon;
    }

    SocketChannel channel() {
        return channel;
    }

    /** The certificate that the client showed, checked against the listener's authorities; null when it showed none. */
    @Nullable
    X509Certificate clientCertificate() {
        if (tls == null || !tls.getWantClientAuth()) {
            return null;
        }
        try {
            return tls.getSession().getPeerCertificates()[0] instanceof X509Certificate certificate
                    ? certificate
                    : null;
        } catch (SSLPeerUnverifiedException _) {
            return null;
        }
    }

    boolean isTls() {
        return tls != null;
    }

    /** Whether the client chose HTTP/2; known after the first bytes were read. */
    boolean isHttp2() {
        return tls != null && "h2".equals(tls.getApplicationProtocol());
    }

    /** Ends our side: TLS close_notify, then FIN. Nobody may write any more. May block while the client takes nothing. */
    void sayGoodbye() throws IOException {
        if (tls != null
                && !tls.getHandshakeStatus().equals(javax.net.ssl.SSLEngineResult.HandshakeStatus.NEED_UNWRAP)) {
            tls.closeOutbound();
            ByteBuffer record = ByteBuffer.allocate(tls.getSession().getPacketBufferSize());
            ByteBuffer nothing = ByteBuffer.allocate(0);
            for (int i = 0; i < 3 && !tls.isOutboundDone(); i++) {
                tls.wrap(nothing, record.clear());
                record.flip();
                while (record.hasRemaining()) {
                    channel.write(record);
                }
            }
        }
        channel.shutdownOutput();
    }

    /** Reads and drops what comes until the client has closed its side; the caller sees to it that this ends. */
    void drain() throws IOException {
        ByteBuffer sink = ByteBuffer.allocate(SINK_BYTES);
        while (channel.read(sink) >= 0) {
            sink.clear();
        }
    }

    /** Makes reads report the end of the stream, also one that is blocked now; writing still works. Does not block. */
    void stopReading() {
        try {
            channel.shutdownInput();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.TRACE, "A client left before its slow body was given up", e);
        }
    }

    /** Closes at once, whatever threads read and write. Does not block. */
    void close() {
        try {
            channel.close();
        } catch (IOException | UncheckedIOException e) {
            LOGGER.log(System.Logger.Level.TRACE, "Closing a client's socket failed", e);
        }
    }
}
