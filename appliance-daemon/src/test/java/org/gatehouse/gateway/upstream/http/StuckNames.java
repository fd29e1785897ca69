package org.gatehouse.gateway.upstream.http;

import java.net.InetAddress;
import java.util.concurrent.CountDownLatch;

/** A name server that is asked and never answers. */
final class StuckNames implements NameLookup {
    private final CountDownLatch asked = new CountDownLatch(1);

    @Override
    public InetAddress[] lookUp(String host) {
        asked.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
        return new InetAddress[0];
    }

    /** Returns when a name was asked for. */
    void awaitAsked() throws InterruptedException {
        asked.await();
    }
}
