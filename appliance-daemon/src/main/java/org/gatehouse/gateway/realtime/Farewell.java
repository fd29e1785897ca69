package org.gatehouse.gateway.realtime;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.upstream.http.AbortCause;
import org.gatehouse.gateway.websocket.FrameWriter;

/**
 * How the two sides of a session are left: each is told why, by a thread of its own, and has a while to say its last words; then its
 * connection is closed. Thread-safe.
 */
final class Farewell {
    private final UpstreamLink upstream;
    private final Answers answers;
    private final long goodbye;
    private final CountDownLatch upstreamSilent = new CountDownLatch(1);
    private final CountDownLatch clientSilent = new CountDownLatch(1);
    private final CountDownLatch clientTold = new CountDownLatch(1);
    private final CountDownLatch said = new CountDownLatch(1);

    /** For a session between them; nothing is said yet. */
    Farewell(UpstreamLink upstream, Answers answers, RealtimeTerms terms) {
        this.upstream = upstream;
        this.answers = answers;
        this.goodbye = terms.goodbye().toNanos();
    }

    /** Nothing is read from the upstream any more. */
    void upstreamIsSilent() {
        upstreamSilent.countDown();
    }

    /** Nothing is read from the client any more. */
    void clientIsSilent() {
        clientSilent.countDown();
    }

    /** Begins to leave both, on threads of its own; once a session. */
    void begin(SessionEnd why, @Nullable ClientLink client, @Nullable FrameWriter toClient) {
        Thread.ofVirtual().name("realtime-farewell").start(() -> leave(why, client, toClient));
    }

    /** Waits until both have been left and the upstream says nothing any more. */
    void await() throws InterruptedException {
        said.await();
        upstreamSilent.await();
    }

    /** Each side is told by a thread of its own: whoever takes nothing any more would block it until its connection is closed. */
    private void leave(SessionEnd why, @Nullable ClientLink client, @Nullable FrameWriter toClient) {
        Thread.ofVirtual().name("realtime-client-farewell").start(() -> leaveClient(why, toClient));
        Thread.ofVirtual().name("realtime-upstream-farewell").start(() -> leaveUpstream(why));
        try {
            upstreamSilent.await(2 * goodbye, TimeUnit.NANOSECONDS);
            upstream.abort(AbortCause.CLIENT_GONE);
            if (clientSilent.await(goodbye, TimeUnit.NANOSECONDS)) {
                // Whoever holds the session closes the connection next; the last words must be on their way by then.
                clientTold.await(goodbye, TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            if (client != null && clientSilent.getCount() > 0) {
                client.close();
            }
            said.countDown();
        }
    }

    /** What it is making is not wanted any more: told so, it says what that used. */
    private void leaveUpstream(SessionEnd why) {
        try {
            if (!answers.idle() && why.fault() == null) {
                upstream.out().send("{\"type\":\"response.cancel\"}");
                answers.awaitIdle(goodbye);
            }
            upstream.out().close(why.upstreamCode(), "");
        } catch (IOException _) {
            // Then it has left already.
        }
    }

    private void leaveClient(SessionEnd why, @Nullable FrameWriter out) {
        try {
            if (out != null) {
                if (why.event() != null) {
                    out.send(why.event());
                }
                out.close(why.clientCode(), why.reason());
            }
        } catch (IOException _) {
            // Then it has left already.
        } finally {
            clientTold.countDown();
        }
    }
}
