package org.gatehouse.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** A Realtime client over the JDK's own WebSocket, which is nobody's here. */
final class RealtimeClient implements WebSocket.Listener, AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SECONDS = 60;

    /** What the box says, oldest first. */
    final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
    final BlockingQueue<byte[]> binary = new LinkedBlockingQueue<>();
    /** Code and reason of the end; an end without a close frame is exceptional. */
    final CompletableFuture<String> closed = new CompletableFuture<>();
    final WebSocket socket;
    private final BlockingQueue<Boolean> pongs = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();

    private RealtimeClient(TestBox box, String model, UnaryOperator<WebSocket.Builder> with) {
        URI uri = URI.create("ws://127.0.0.1:" + box.port() + "/v1/realtime?model=" + model);
        socket = await(with.apply(box.http.newWebSocketBuilder()).buildAsync(uri, this));
    }

    /** Opens a session with a key in the usual place. */
    static RealtimeClient open(TestBox box, String key, String model) {
        return open(box, model, builder -> builder.header("authorization", "Bearer " + key));
    }

    static RealtimeClient open(TestBox box, String model, UnaryOperator<WebSocket.Builder> with) {
        return new RealtimeClient(box, model, with);
    }

    void send(String event) {
        await(socket.sendText(event, true));
    }

    /** Says something and wants an answer in text. */
    void ask(String said) {
        send("{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"message\",\"role\":\"user\",\"content\":"
                + "[{\"type\":\"input_text\",\"text\":\"" + said + "\"}]}}");
        send("{\"type\":\"response.create\",\"event_id\":\"ask-1\",\"response\":{\"output_modalities\":[\"text\"]}}");
    }

    /** The next event of that type; those before it are passed over. */
    JsonNode next(String type) {
        StringBuilder passed = new StringBuilder();
        try {
            while (true) {
                JsonNode event = events.poll(SECONDS, TimeUnit.SECONDS);
                if (event == null) {
                    throw new AssertionError("no " + type + " came, but " + passed + "; closed: " + closed);
                }
                if (event.path("type").asText().equals(type)) {
                    return event;
                }
                passed.append(event.path("type").asText()).append(' ');
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Code and reason that the box closes with. */
    String closed() {
        return await(closed);
    }

    /** Returns when the box has read all that was sent: it answers pings in their turn, also between fragments. */
    void awaitRead() {
        await(socket.sendPing(ByteBuffer.allocate(0)));
        try {
            if (pongs.poll(SECONDS, TimeUnit.SECONDS) == null) {
                throw new AssertionError("no pong came; closed: " + closed);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void leave(int code) {
        await(socket.sendClose(code, "bye"));
    }

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            try {
                events.add(JSON.readTree(text.toString()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            text.setLength(0);
        }
        from.request(1);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        binary.add(bytes);
        from.request(1);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
        pongs.add(true);
        from.request(1);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closed.complete(code + " " + reason);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        closed.completeExceptionally(error);
    }

    @Override
    public void close() {
        socket.abort();
    }
}
