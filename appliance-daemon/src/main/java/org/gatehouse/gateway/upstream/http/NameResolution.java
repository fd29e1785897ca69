package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Looks names up on a few platform threads, while the call waits with its own deadline. A lookup is a native call that cannot be
 * interrupted and holds the carrier of a virtual thread: with an unreachable name server a handful of them would stop every
 * other call of the gateway for seconds. Calls that want the same name at the same time share one lookup. Thread-safe.
 */
final class NameResolution implements AutoCloseable {
    private static final int THREADS = 8;
    private static final int QUEUE = 256;
    private static final Duration THREAD_REST = Duration.ofSeconds(30);

    private final NameLookup lookup;
    private final ThreadPoolExecutor threads;
    private final ConcurrentHashMap<String, Question> open = new ConcurrentHashMap<>();

    NameResolution(NameLookup lookup) {
        this.lookup = lookup;
        this.threads = new ThreadPoolExecutor(THREADS, THREADS, THREAD_REST.toSeconds(), TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(QUEUE), Thread.ofPlatform().daemon().name("upstream-lookup-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * The addresses of a name, or of a literal without asking anybody; null when the deadline passed first.
     *
     * @throws UnknownHostException when there are none
     * @throws UpstreamFailureException when the call was ended meanwhile
     */
    InetAddress @Nullable [] resolve(String host, UpstreamCall call, long deadline)
            throws IOException, UpstreamFailureException {
        InetAddress literal = literal(host);
        if (literal != null) {
            return new InetAddress[]{literal};
        }
        Question question = open.computeIfAbsent(host, Question::new);
        question.askOnce();
        Thread me = Thread.currentThread();
        question.waiting.add(me);
        try {
            if (!call.await(question::isAnswered, deadline)) {
                return null;
            }
        } finally {
            question.waiting.remove(me);
        }
        return question.answer();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private static @Nullable InetAddress literal(String host) {
        char first = host.charAt(0);
        boolean couldBe = (first >= '0' && first <= '9') || host.indexOf(':') >= 0;
        if (!couldBe) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException aName) {
            return null;
        }
    }

    /** One lookup and those who wait for it. */
    private final class Question implements Runnable {
        private final String host;
        private final ConcurrentHashMap.KeySetView<Thread, Boolean> waiting = ConcurrentHashMap.newKeySet();
        private boolean asked;
        private InetAddress @Nullable [] found;
        private @Nullable IOException failed;
        private volatile boolean answered;

        Question(String host) {
            this.host = host;
        }

        synchronized void askOnce() {
            if (asked) {
                return;
            }
            asked = true;
            try {
                threads.execute(this);
            } catch (RejectedExecutionException full) {
                settle(null, new UnknownHostException(host + ": too many names are being looked up"));
            }
        }

        @Override
        public void run() {
            try {
                settle(lookup.lookUp(host), null);
            } catch (IOException unknown) {
                settle(null, unknown);
            } catch (RuntimeException unexpected) {
                settle(null, new IOException("name lookup failed: " + unexpected, unexpected));
            }
        }

        boolean isAnswered() {
            return answered;
        }

        InetAddress[] answer() throws IOException {
            if (failed != null) {
                throw failed;
            }
            if (found == null || found.length == 0) {
                throw new UnknownHostException(host);
            }
            return found;
        }

        private void settle(InetAddress @Nullable [] addresses, @Nullable IOException failure) {
            found = addresses;
            failed = failure;
            answered = true;
            open.remove(host, this);
            waiting.forEach(LockSupport::unpark);
        }
    }
}
