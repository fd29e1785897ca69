package org.gatehouse.gateway.http;

import org.gatehouse.gateway.exchange.ClientPresence;
import org.gatehouse.gateway.exchange.ClientReply;
import org.gatehouse.gateway.exchange.RequestBody;

/** The client of a request that the web server answers by itself: nothing is read from it and nothing written to it. */
record NoClient() implements ClientPresence, ClientReply, RequestBody {

    @Override
    public boolean gone() {
        return false;
    }

    @Override
    public Watch onGone(Runnable action) {
        return () -> {};
    }

    @Override
    public void header(String name, String value) {
        throw mistaken();
    }

    @Override
    public void send(int status, String contentType, byte[] bytes) {
        throw mistaken();
    }

    @Override
    public ClientReply.Body open(int status, String contentType) {
        throw mistaken();
    }

    @Override
    public ClientReply.Body body() {
        throw mistaken();
    }

    @Override
    public boolean started() {
        return true;
    }

    @Override
    public void breakOff() {
        throw mistaken();
    }

    @Override
    public Result read() {
        throw mistaken();
    }

    private static IllegalStateException mistaken() {
        return new IllegalStateException("the web server has answered this request");
    }
}
