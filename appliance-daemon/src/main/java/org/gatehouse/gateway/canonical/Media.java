package org.gatehouse.gateway.canonical;

/** Where a picture, document or recording is. Immutable. */
public sealed interface Media {

    /**
     * In the request itself.
     *
     * @param type IANA media type, such as {@code image/png}
     * @param base64 standard alphabet, padded
     */
    record Inline(String type, String base64) implements Media {}

    /** At an address that the provider is to fetch; the gateway itself never fetches it. */
    record Remote(String url) implements Media {}

    /** A file that was uploaded to the provider before; known to that provider only. */
    record Uploaded(String fileId) implements Media {}

    /** A document that is plain text. */
    record Plain(String text) implements Media {}
}
