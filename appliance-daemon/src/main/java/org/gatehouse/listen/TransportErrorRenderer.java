package org.gatehouse.listen;

/**
 * Gives errors that arise below the pipeline (bad framing, unknown path, body too large, draining, a bug) the shape that the path's clients
 * understand. Called on request threads, possibly many at once; must not block or throw.
 */
@FunctionalInterface
public interface TransportErrorRenderer {

    /**
     * Writes the body of an error answer.
     *
     * @param status the HTTP status, 400 to 599
     * @param path   the request's path as received, without query; empty if the request was too broken to have one
     * @param reason what happened and what to do, in one or two sentences, safe to show to the client
     * @return the body to send
     */
    Rendered render(int status, String path, String reason);

    /**
     * An error body.
     *
     * @param contentType its media type
     * @param body        its bytes, UTF-8 where it is text; not copied, must not be changed afterwards
     */
    record Rendered(String contentType, byte[] body) {}
}
