package org.gatehouse.listen;

import java.security.cert.X509Certificate;

import io.helidon.webserver.http.ServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a handler may know of the client that waits for its answer: whether it is still there.
 *
 * <p>A client counts as gone when it closed or reset its TCP connection, and on HTTP/2 also when it reset the request's own stream. A client that
 * half-closes (sends FIN and still reads) counts as gone too, as with other HTTP servers and proxies: HTTP clients do not do that.
 * Thread-safe.
 */
public interface ClientConnection {

    /**
     * Finds the connection that a request came on.
     *
     * @param request a request that a handler of this room's listeners was called with
     * @return the request's view of its client; for a request of another server (a test's own) one that is never gone
     */
    static ClientConnection of(ServerRequest request) {
        return request.listenerContext() instanceof HelidonView view
                ? view.connection().clientOf(request.id())
                : ClientSignal.unwatched();
    }

    /**
     * The certificate that the client showed for its connection.
     *
     * @param request as in {@link #of}
     * @return one that an authority of the listener's settings issued; null when it showed none or nobody asked
     */
    static @Nullable X509Certificate certificateOf(ServerRequest request) {
        return request.listenerContext() instanceof HelidonView view ? view.socket().clientCertificate() : null;
    }

    /**
     * Tells whether the client has left. A plain memory read; may be asked in a loop.
     *
     * @return true from the moment on when the departure was noticed, for ever
     */
    boolean gone();

    /**
     * Runs an action once when the client leaves, at once if it has already left. The action runs on a virtual thread of its own, never on the
     * caller's; one that throws is logged and forgotten. What is still registered when the handler returns is dropped.
     *
     * @param action what to do, usually: cut the call to the upstream. Must not wait for the thread that registered it.
     * @return the registration; closing it guarantees that the action does not run any more
     */
    Registration onGone(Runnable action);

    /** An action that waits for the client to leave. */
    interface Registration extends AutoCloseable {
        /**
         * Takes the action back. If it is running at this moment, waits for its end: after this method nothing that the action may cut is in danger,
         * so a connection to an upstream can go back to its pool. May be called twice, and from the action itself.
         */
        @Override
        void close();
    }
}
