package org.gatehouse.machine.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AgentTest {
    @TempDir
    private Path folder;

    private ServerSocketChannel door;
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger mostInside = new AtomicInteger();

    @BeforeEach
    void opensItsDoor() throws IOException {
        door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        door.bind(UnixDomainSocketAddress.of(folder.resolve("socket")));
    }

    @AfterEach
    void closesItsDoor() throws IOException {
        door.close();
    }

    @Test
    void doesWhatItIsAskedForAndTellsHowFarItIs() throws Exception {
        serve(true);
        List<String> steps = new ArrayList<>();

        ObjectNode done = client().ask("echo", object().put("word", "hello"),
                (step, percent) -> steps.add(percent + " " + step));

        assertThat(done.get("said").asText()).isEqualTo("hello");
        assertThat(steps).containsExactly("50 Half of it");
    }

    @Test
    void saysWhyItRefuses() {
        serve(true);

        assertThatThrownBy(() -> client().ask("refuse", object(), Progress.NONE))
                .isInstanceOfSatisfying(Refused.class, refused -> {
                    assertThat(refused.code()).isEqualTo("not_today");
                    assertThat(refused.message()).isEqualTo("Come back tomorrow.");
                });
        assertThatThrownBy(() -> client().ask("shell", object(), Progress.NONE))
                .isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.code()).isEqualTo("unknown_verb"));
    }

    @Test
    void anAgentThatEndsInTheMiddleIsOneThatDoesNotAnswer() {
        Thread.startVirtualThread(() -> {
            try (SocketChannel one = door.accept()) {
                one.read(ByteBuffer.allocate(100));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });

        assertThatThrownBy(() -> client().ask("echo", object(), Progress.NONE)).isInstanceOfSatisfying(
                ConnectException.class,
                e -> assertThat(Failures.inWords(e)).contains("does not answer", "restarts", "Try again in a minute"));
    }

    @Test
    void aVerbThatFailsIsAnErrorOfTheMachine() {
        serve(true);

        assertThatThrownBy(() -> client().ask("fail", object(), Progress.NONE)).isInstanceOf(IOException.class)
                .hasMessage("The disk is gone.");
    }

    @Test
    void servesNobodyElse() {
        serve(false);

        assertThatThrownBy(() -> client().ask("echo", object().put("word", "hello"), Progress.NONE))
                .isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.code()).isEqualTo("not_trusted"));
    }

    @Test
    void outlivesAnAskerThatSendsNonsenseOrLeaves() throws Exception {
        serve(true);
        try (SocketChannel rude = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("socket")))) {
            rude.write(ByteBuffer.wrap("{\"verb\":\"echo\",\n".getBytes(StandardCharsets.UTF_8)));
        }
        try (SocketChannel silent = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("socket")))) {
            assertThat(silent.isOpen()).isTrue();
        }

        assertThat(client().ask("echo", object().put("word", "still here"), Progress.NONE).get("said").asText())
                .isEqualTo("still here");
    }

    @Test
    void changesOneThingAfterTheOther() throws Exception {
        serve(true);
        List<Thread> askers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            askers.add(Thread.ofVirtual().start(() -> {
                try {
                    client().ask("change", object(), Progress.NONE);
                } catch (Refused | IOException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        mayEnd.countDown();
        for (Thread asker : askers) {
            asker.join();
        }

        assertThat(mostInside).hasValue(1);
    }

    @Test
    void endsWhenNobodyAsksForAWhile() throws Exception {
        Thread serving = serve(true, Duration.ofMillis(20));

        serving.join(Duration.ofSeconds(30));

        assertThat(serving.isAlive()).isFalse();
        assertThat(door.isOpen()).isFalse();
    }

    private AgentClient client() {
        return new AgentClient(folder.resolve("socket"));
    }

    private void serve(boolean trusting) {
        serve(trusting, Duration.ofMinutes(5));
    }

    private Thread serve(boolean trusting, Duration idle) {
        Agent agent = new Agent(List.of(
                Verb.looking("echo", (asked, progress) -> {
                    progress.at("Half of it", 50);
                    return object().put("said", asked.path("word").asText());
                }),
                Verb.looking("refuse", (_, _) -> {
                    throw new Refused("not_today", "Come back tomorrow.");
                }),
                Verb.looking("fail", (_, _) -> {
                    throw new IOException("the disk is gone");
                }),
                Verb.changing("change", (_, _) -> {
                    mostInside.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    mayEnd.await();
                    inside.decrementAndGet();
                    return object();
                })), _ -> trusting, idle);
        return Thread.ofPlatform().daemon().start(() -> {
            try {
                agent.serve(door);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
