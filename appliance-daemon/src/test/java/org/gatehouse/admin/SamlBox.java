package org.gatehouse.admin;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.governance.form.Json;
import org.gatehouse.identity.KeycloakServer;
import org.gatehouse.identity.ScriptedSamlProvider;
import org.gatehouse.identity.ScriptedSamlProvider.Asked;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.identity.ScriptedSamlProvider.posted;

/** A box with a SAML provider that does what it is told, and a browser between them. */
final class SamlBox implements AutoCloseable {
    static final String BASE = "/api/v1/sign-on/corp/";
    static final String BOX = "https://box.example.com";
    static final Map<String, String> STRANGER = Map.of("Authorization", "");
    final AdminServer server;
    final String id;
    /** A test may have another, with the same key. */
    ScriptedSamlProvider provider = new ScriptedSamlProvider();

    SamlBox(Databases kind, Path directory) throws java.io.IOException {
        server = new AdminServer(kind, directory);
        AdminServer.Reply made = server.post("/api/v1/sign-on", settings(provider.signer.pem(), ""));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        id = made.id();
    }

    static String settings(String certificates, String more) {
        return """
                {"name":"corp","kind":"saml","publicUrl":"%s",%s
                 "saml":{"entityId":"%s","ssoUrl":"https://idp.example.com/sso?x=1","certificates":%s},
                 "mappings":[{"group":"ai-admins","role":"governance_admin"}]}
                """.formatted(BOX, more, ScriptedSamlProvider.ENTITY, Json.text(Json.tree(new Text(certificates)))
                .replaceFirst("^\\{\"text\":", "").replaceFirst("}$", ""));
    }

    /** Carries a text through JSON. */
    record Text(String text) {}

    static String cookie(AdminServer.Reply reply, String name) {
        for (String header : reply.headers().getOrDefault("set-cookie", List.of())) {
            if (header.startsWith(name + "=")) {
                return header.substring(name.length() + 1, header.indexOf(';'));
            }
        }
        return "";
    }

    /** A sign-on that is under way. */
    record Begun(Asked asked, String cookie) {}

    Begun begin(String query) {
        AdminServer.Reply begun = server.send("GET", BASE + "begin" + query, null, STRANGER);
        assertThat(begun.status()).as(begun.text()).isEqualTo(303);
        assertThat(begun.header("location")).startsWith("https://idp.example.com/sso?x=1&SAMLRequest=");
        return new Begun(ScriptedSamlProvider.read(begun.header("location")), cookie(begun, "gatehouse-sign-on"));
    }

    AdminServer.Reply post(Begun begun, String response) {
        return post(response, begun.asked().relayState(), begun.cookie());
    }

    /** As a page of another site has the browser send it. */
    AdminServer.Reply post(String response, String relayState, String cookie) {
        Map<String, String> form = new LinkedHashMap<>(Map.of("SAMLResponse", response, "RelayState", relayState));
        Map<String, String> headers = new LinkedHashMap<>(Map.of("Authorization", "", "Content-Type",
                "application/x-www-form-urlencoded", "Origin", "https://idp.example.com", "Sec-Fetch-Site",
                "cross-site"));
        if (!cookie.isEmpty()) {
            headers.put("Cookie", "gatehouse-sign-on=" + cookie);
        }
        return server.send("POST", BASE + "acs", KeycloakServer.form(form), headers);
    }

    AdminServer.Reply signOn() {
        Begun begun = begin("");
        return post(begun, posted(provider.answer(begun.asked())));
    }

    JsonNode me(AdminServer.Reply reply) {
        assertThat(reply.header("location")).doesNotContain("problem");
        return server.as(server.console(cookie(reply, "gatehouse-session")), "GET", "/api/v1/session", null).json();
    }

    static void assertProblem(AdminServer.Reply reply, String problem) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(303);
        assertThat(reply.header("location")).isEqualTo("/console/?sign-on-problem=" + problem);
        assertThat(cookie(reply, "gatehouse-session")).isEmpty();
    }

    @Override
    public void close() {
        server.close();
    }
}
