package org.gatehouse.gateway.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

import io.helidon.webserver.http.ServerRequest;

import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.RequestBody;

/** A request's body over Helidon's server. */
record HelidonBody(ServerRequest request, int maxBytes) implements RequestBody {

    @Override
    public Result read() {
        OptionalLong length = request.headers().contentLength();
        if (length.isPresent() && length.getAsLong() > maxBytes) {
            return tooLarge();
        }
        try (InputStream in = request.content().inputStream()) {
            byte[] bytes = length.isPresent() ? in.readNBytes((int) length.getAsLong()) : in.readNBytes(maxBytes + 1);
            return bytes.length > maxBytes ? tooLarge() : new Result.Whole(bytes);
        } catch (IOException e) {
            return new Result.Unreadable(Refusal.invalid(null, "The body ended early. Send it whole."));
        }
    }

    private Result tooLarge() {
        return new Result.Unreadable(Refusal.of(Reason.REQUEST_TOO_LARGE,
                "The body is larger than the " + maxBytes + " bytes allowed. Send less."));
    }
}
