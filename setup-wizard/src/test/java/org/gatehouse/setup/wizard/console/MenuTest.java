package org.gatehouse.setup.wizard.console;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.setup.wizard.box.Place;
import org.gatehouse.setup.wizard.terminal.Console;
import org.gatehouse.setup.wizard.terminal.Dialogs;
import org.gatehouse.setup.wizard.terminal.Key;
import org.gatehouse.setup.wizard.terminal.Screen;

import static org.assertj.core.api.Assertions.assertThat;

/** What somebody at the box can do to the machine: never before they signed in, never without typing the box's name. */
final class MenuTest {
    private static final String RESET = "POST /api/v1/system/machine/reset {\"name\":\"rack-7\"}";
    private static final List<Object> SIGNED_IN = List.of("admin", Key.Kind.ENTER, "password", Key.Kind.ENTER, "123456",
            Key.Kind.ENTER, Key.Kind.ENTER);

    @TempDir
    Path data;

    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final List<String> seen = new ArrayList<>();
    private final Deque<Key> keys = new ArrayDeque<>();
    private boolean appliance = true;
    private boolean right = true;
    private HttpServer box;

    @BeforeEach
    void playsABox() throws IOException {
        box = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        box.createContext("/", this::answer);
        box.start();
    }

    @AfterEach
    void stops() {
        box.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String call = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        asked.add(call + " " + body);
        String answer = call.endsWith("/options")
                ? "{\"breakGlass\":true}"
                : call.endsWith("/machine")
                        ? "{\"name\":\"rack-7\",\"appliance\":" + appliance + "}"
                        : "{\"name\":\"admin\",\"detail\":\"The name, the password or the code is wrong.\"}";
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(call.equals("POST /api/v1/session") && !right ? 401 : 200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** Presses these, then Esc until the menu has ended. */
    private void open(List<Object> signIn, Object... pressed) {
        List<Object> all = new ArrayList<>(signIn);
        all.addAll(List.of(pressed));
        for (Object one : all) {
            switch (one) {
                case Key.Kind kind -> keys.add(Key.of(kind));
                default -> one.toString().codePoints().forEach(letter -> keys.add(Key.letter(letter)));
            }
        }
        Console console = new Console() {
            @Override
            public Size size() {
                return new Size(24, 80);
            }

            @Override
            public boolean isPlain() {
                return true;
            }

            @Override
            public void show(Screen screen) {
                seen.add(screen.toString());
            }

            @Override
            public void refresh() {}

            @Override
            public Key key(long millis) {
                return keys.isEmpty() ? Key.of(Key.Kind.ESCAPE) : keys.poll();
            }
        };
        new Menu(new Dialogs(console, System::nanoTime), new Place(data), Menu.ENTRIES)
                .open(URI.create("http://127.0.0.1:" + box.getAddress().getPort()));
    }

    @Test
    void factoryResetIsAskedForOnceTheNameWasTyped() {
        open(SIGNED_IN, "7", "rack-7", Key.Kind.ENTER, Key.Kind.ENTER);
        assertThat(asked).contains(RESET);
        assertThat(String.join("\n", seen)).contains("OVERWRITTEN", "Leave it switched on");
    }

    @Test
    void anotherNameResetsNothing() {
        open(SIGNED_IN, "7", "rack-8", Key.Kind.ENTER, Key.Kind.ENTER);
        assertThat(String.join("\n", seen)).contains("This box is called rack-7.");
        assertThat(asked).noneMatch(call -> call.startsWith("POST /api/v1/system/machine"));
    }

    @Test
    void whoIsNotSignedInSeesNoneOfIt() {
        right = false;
        open(SIGNED_IN, "7", "rack-7", Key.Kind.ENTER, Key.Kind.ENTER);
        assertThat(asked).noneMatch(call -> call.contains("/machine"));
        assertThat(String.join("\n", seen)).doesNotContain("Factory reset");
    }

    @Test
    void theMachineIsRestartedAndSwitchedOff() {
        open(SIGNED_IN, "5", "rack-7", Key.Kind.ENTER, Key.Kind.ENTER, Key.Kind.ENTER, "6", "rack-7", Key.Kind.ENTER,
                Key.Kind.ENTER);
        assertThat(asked).filteredOn(call -> call.startsWith("POST /api/v1/system/machine")).containsExactly(
                "POST /api/v1/system/machine/restart {\"name\":\"rack-7\"}",
                "POST /api/v1/system/machine/off {\"name\":\"rack-7\"}");
    }

    @Test
    void aMachineOfSomebodyElseIsLeftAlone() {
        appliance = false;
        open(SIGNED_IN);
        assertThat(String.join("\n", seen)).contains("Restart the gateway").doesNotContain("Factory reset",
                "Switch the machine off");
    }
}
