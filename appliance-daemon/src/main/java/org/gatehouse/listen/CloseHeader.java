package org.gatehouse.listen;

import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;

/**
 * Says {@code connection: close} in the answer to a connection's last call, so that its client does not try another (RFC 9112 9.6). Handlers need
 * not know; on HTTP/2 the header is forbidden (RFC 9113 8.2.2) and this listener not asked.
 */
final class CloseHeader implements Http1ConnectionListener {
    @Override
    public void headers(ConnectionContext context, Headers headers) {
        if (context instanceof HelidonView view && view.connection().isFinishing()
                && headers instanceof ServerResponseHeaders answer) {
            answer.set(HeaderValues.CONNECTION_CLOSE);
        }
    }
}
