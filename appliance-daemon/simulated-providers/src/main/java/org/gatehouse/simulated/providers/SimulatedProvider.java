package org.gatehouse.simulated.providers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/** A simulated provider inside of this JVM. Thread-safe. Listens on loopback when {@link #start} returns. */
public final class SimulatedProvider implements AutoCloseable {
    private static final int BACKLOG = 1_024;

    /** The failures that an upstream which misbehaves in every way takes turns with; none waits for the caller. */
    public static final List<Failure> WALL = List.of(Failure.CUT, Failure.BAD_CHUNK, Failure.ERROR_EVENT,
            Failure.OVERLOADED, Failure.EMPTY, Failure.WRONG_CONTENT_TYPE, Failure.TRUNCATED, Failure.UNAVAILABLE,
            Failure.INTERNAL, Failure.RATE_LIMITED, Failure.HTML_PAGE, Failure.RESET, Failure.CUT_BEFORE_HEADERS,
            Failure.BAD_FRAMING, Failure.OTHER_DIALECT, Failure.REDIRECT);

    private final ServerSocket socket;
    private final ProviderKind kind;
    private final Simulation simulation;
    private final Ledger ledger = new Ledger();
    private final FailureWall wall = new FailureWall();
    private final Control control = new Control(wall, ledger);
    private final RateWindow rates;
    private final Surface surface;
    private final @Nullable ServiceAccount account;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

    private SimulatedProvider(ProviderKind kind, ProviderOptions options, ServerSocket socket) {
        this.kind = kind;
        this.socket = socket;
        Clock clock = Clock.systemUTC();
        simulation = Simulation.of(kind, options, clock);
        rates = new RateWindow(options.requestsPerMinute(), options.tokensPerMinute(), clock);
        account = kind == ProviderKind.VERTEX
                ? ServiceAccount.create(options.account().project(), uri().resolve("/token"))
                : null;
        surface = surface();
    }

    /**
     * Starts a provider.
     *
     * @throws UncheckedIOException when the port cannot be listened on
     */
    public static SimulatedProvider start(ProviderKind kind, ProviderOptions options) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[]{127, 0, 0, 1}), options.port()),
                    BACKLOG);
            SimulatedProvider provider = new SimulatedProvider(kind, options, socket);
            Thread.ofVirtual().name("simulated-" + kind.word()).start(provider::accept);
            return provider;
        } catch (IOException e) {
            throw new UncheckedIOException("The simulated provider cannot listen on port " + options.port()
                    + "; choose another one: " + e.getMessage(), e);
        }
    }

    private Surface surface() {
        return switch (kind) {
            case ANTHROPIC -> new AnthropicSurface(simulation);
            case GEMINI, VERTEX -> new GeminiSurface(simulation, account);
            case OPENAI -> new OpenAiSurface(simulation, ChatFlavor.OPENAI);
            case AZURE_OPENAI -> new OpenAiSurface(simulation, ChatFlavor.AZURE);
            case MISTRAL -> new OpenAiSurface(simulation, ChatFlavor.MISTRAL);
            case DEEPSEEK -> new OpenAiSurface(simulation, ChatFlavor.DEEPSEEK);
            case DASHSCOPE -> new OpenAiSurface(simulation, ChatFlavor.DASHSCOPE);
            case BEDROCK -> new BedrockSurface(simulation);
            case COHERE -> new CohereSurface(simulation);
        };
    }

    /** Where it listens, without any path: {@code http://127.0.0.1:<port>}. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    /** Which provider it plays. */
    public ProviderKind kind() {
        return kind;
    }

    /** What it received and produced. */
    public Ledger ledger() {
        return ledger;
    }

    /** A service account's key file, as Google hands them out; its {@code token_uri} is this provider (Vertex only). */
    public String serviceAccountJson() {
        if (account == null) {
            throw new IllegalStateException("Only a simulated Vertex has service accounts, not " + kind.word()
                    + "; start one of that kind.");
        }
        return account.keyFile();
    }

    /** Lets the next model calls fail; several of these queue up. */
    public void failNext(Failure failure, int times) {
        failNext(failure, times, -1, -1);
    }

    /**
     * Lets the next model calls fail.
     *
     * @param after output tokens before it shows in a stream; -1 for three
     * @param retryAfterSeconds that a refusal asks to wait; -1 for no such header
     */
    public void failNext(Failure failure, int times, int after, int retryAfterSeconds) {
        wall.plan(new FailureWall.Fault(failure, after, retryAfterSeconds), times);
    }

    /**
     * Lets a share of all model calls fail, the failures taking turns.
     *
     * @param probability 0 to 1
     * @param seed the same one spoils the same calls in the same order
     */
    public void failRandomly(double probability, long seed, List<Failure> failures) {
        wall.randomly(probability, seed, List.copyOf(failures));
    }

    /** Ends all planned and random failures. */
    public void heal() {
        wall.heal();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket accepted = socket.accept();
                Connection connection = new Connection(simulation, surface, wall, ledger, rates, control, accepted);
                connections.add(connection);
                Thread.ofVirtual().name("simulated-" + kind.word() + "-connection").start(() -> {
                    try {
                        connection.run();
                    } finally {
                        connections.remove(connection);
                    }
                });
                if (socket.isClosed()) {
                    connection.close();
                }
            } catch (IOException e) {
                // Closed, or one caller that was gone before it was accepted.
            }
        }
    }

    /** Stops listening and cuts every connection. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is as closed as it will be.
        }
        connections.forEach(Connection::close);
    }
}
