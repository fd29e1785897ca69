package org.gatehouse.gateway.http;

import io.helidon.webserver.http.ServerRequest;

import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.RequestBody;
import org.gatehouse.listen.BodyReader;
import org.gatehouse.listen.BodyResult;

/** A request's body over Helidon's server. */
record HelidonBody(ServerRequest request, int maxBytes) implements RequestBody {

    @Override
    public Result read() {
        BodyResult result = BodyReader.read(request, maxBytes);
        if (result instanceof BodyResult.Body whole) {
            return new Result.Whole(whole.bytes());
        }
        return new Result.Unreadable(switch (result) {
            case BodyResult.Body _ -> throw new AssertionError("handled above");
            case BodyResult.TooLarge large -> Refusal.of(Reason.REQUEST_TOO_LARGE,
                    "The body is larger than the " + large.limit() + " bytes allowed. Send less.");
            case BodyResult.Truncated _ -> Refusal.invalid(null, "The body ended early. Send it whole.");
            case BodyResult.TooSlow _ ->
                Refusal.of(Reason.REQUEST_TIMEOUT, "The body came too slowly. Send it faster, or in one piece.");
            case BodyResult.Malformed malformed -> Refusal.invalid(null, malformed.reason());
        });
    }
}
