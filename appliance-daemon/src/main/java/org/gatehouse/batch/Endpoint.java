package org.gatehouse.batch;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

import org.gatehouse.governance.snapshot.Surface;

/** What the rows of a batch can call. */
public enum Endpoint {
    CHAT_COMPLETIONS("/v1/chat/completions", Surface.CHAT_COMPLETIONS), //
    COMPLETIONS("/v1/completions", Surface.COMPLETIONS), //
    RESPONSES("/v1/responses", Surface.RESPONSES), //
    EMBEDDINGS("/v1/embeddings", Surface.EMBEDDINGS), //
    RERANK("/v1/rerank", Surface.RERANK), //
    MODERATIONS("/v1/moderations", Surface.MODERATIONS);

    private final String path;
    private final Surface surface;

    Endpoint(String path, Surface surface) {
        this.path = path;
        this.surface = surface;
    }

    /** As clients write it. */
    public String path() {
        return path;
    }

    /** What a row of it is a call of. */
    public Surface surface() {
        return surface;
    }

    /** The endpoint of that path. */
    public static Optional<Endpoint> of(String path) {
        return Arrays.stream(values()).filter(endpoint -> endpoint.path.equals(path)).findFirst();
    }

    /** All of them, for a message. */
    public static String list() {
        return Arrays.stream(values()).map(Endpoint::path).collect(Collectors.joining(", "));
    }
}
