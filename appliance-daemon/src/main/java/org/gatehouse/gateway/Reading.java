package org.gatehouse.gateway;

import org.gatehouse.gateway.exchange.Arrival;
import org.gatehouse.gateway.exchange.Dialect;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.RequestBody;
import org.gatehouse.gateway.exchange.Stage;
import org.gatehouse.gateway.exchange.Verdict;

/** Reads the body, now that the caller is known, and has the dialect say what it asks for. */
final class Reading implements Stage {

    @Override
    public Verdict pass(Exchange exchange) {
        return switch (exchange.body().read()) {
            case RequestBody.Result.Unreadable unreadable -> unreadable.refusal();
            case RequestBody.Result.Whole whole -> understood(exchange, whole.bytes());
        };
    }

    private static Verdict understood(Exchange exchange, byte[] body) {
        Arrival arrival = exchange.arrival();
        return switch (arrival.dialect().read(arrival.surface(), arrival.contentType(), arrival.pathModel(), body)) {
            case Dialect.Reading.Wrong wrong -> wrong.refusal();
            case Dialect.Reading.Asked asked -> {
                exchange.asked(asked.request());
                yield Verdict.GO_ON;
            }
        };
    }
}
