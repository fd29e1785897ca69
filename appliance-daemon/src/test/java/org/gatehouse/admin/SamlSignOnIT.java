package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.governance.form.Json;
import org.gatehouse.identity.KeycloakServer;
import org.gatehouse.identity.ScriptedSamlProvider;
import org.gatehouse.identity.ScriptedSamlProvider.Asked;
import org.gatehouse.identity.ScriptedSamlProvider.Signer;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.identity.ScriptedSamlProvider.parse;
import static org.gatehouse.identity.ScriptedSamlProvider.posted;
import static org.gatehouse.identity.ScriptedSamlProvider.xml;

/** Sign-on by SAML with a provider that does what it is told. */
@ParameterizedClass
@EnumSource(Databases.class)
final class SamlSignOnIT {
    private final Databases kind;
    @TempDir
    Path directory;
    private SamlBox box;

    SamlSignOnIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void start() throws IOException {
        box = new SamlBox(kind, directory);
    }

    @AfterEach
    void stop() {
        box.close();
    }

    @Test
    void newcomerIsMadeAndHasTheRolesOfTheirGroups() {
        SamlBox.Begun begun = box.begin("?returnTo=/console/usage");
        assertThat(begun.asked().answerTo()).isEqualTo(SamlBox.BOX + SamlBox.BASE + "acs");
        assertThat(begun.asked().issuer()).isEqualTo(SamlBox.BOX + SamlBox.BASE + "metadata");
        assertThat(begun.asked().request().getAttribute("ForceAuthn")).isEmpty();
        AdminServer.Reply reply = box.post(begun, posted(box.provider.answer(begun.asked())));
        assertThat(reply.header("location")).isEqualTo("/console/usage");
        JsonNode me = box.me(reply);
        assertThat(me.at("/user/name").asText()).isEqualTo("grace");
        assertThat(me.at("/user/email").asText()).isEqualTo("grace@example.com");
        assertThat(me.get("roles").toString()).isEqualTo("[\"governance_admin\"]");
        assertThat(me.get("confirmBy").asText()).isEqualTo("sign_on");
        assertThat(me.get("recentlyAuthenticated").asBoolean()).isTrue();
        box.provider.groups = List.of("others");
        SamlBox.assertProblem(box.signOn(), "no_access");
    }

    @Test
    void signatureMayBeTheResponsesOrTheAssertionsOrBoth() {
        box.provider.keyInfo = true;
        for (boolean both : List.of(false, true)) {
            box.provider.signResponse = true;
            box.provider.signAssertion = both;
            assertThat(box.me(box.signOn()).at("/user/name").asText()).isEqualTo("grace");
        }
        box.provider.algorithm = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1";
        assertThat(box.me(box.signOn()).at("/user/name").asText()).isEqualTo("grace");
    }

    @Test
    void secondCertificateCountsWhileAProviderChangesItsKey() {
        Signer newer = Signer.rsa(2048);
        box.provider.signer = newer;
        SamlBox.assertProblem(box.signOn(), "signature");
        Signer older = Signer.rsa(2048);
        AdminServer.Reply changed = box.server.patch("/api/v1/sign-on/" + box.id,
                SamlBox.settings(older.pem() + newer.pem(), ""));
        assertThat(changed.status()).as(changed.text()).isEqualTo(200);
        assertThat(box.me(box.signOn()).at("/user/name").asText()).isEqualTo("grace");
    }

    /** Exclusive canonicalisation drops comments: such a text has the signature of the one without. */
    @Test
    void commentInANameDoesNotMakeItAnother() {
        box.provider.nameId = "admin@example.com.evil.org";
        SamlBox.Begun begun = box.begin("");
        AdminServer.Reply reply = box.post(begun, posted(xml(box.provider.answer(begun.asked()))
                .replace("admin@example.com.evil.org", "admin@example.com<!-- -->.evil.org")));
        box.me(reply);
        assertThat(box.server.people.sessions().all(box.server.governance.users().all().getFirst().id())).hasSize(1);
        box.provider.nameId = "admin@example.com";
        box.provider.groups = List.of("others");
        SamlBox.assertProblem(box.signOn(), "no_access");
        assertThat(box.server.governance.users().all()).as("whoever is called by the part is somebody else").hasSize(2);
    }

    @Test
    void answerWorksOnceAndForTheBrowserThatAskedOnly() {
        SamlBox.Begun begun = box.begin("");
        String good = posted(box.provider.answer(begun.asked()));
        SamlBox.assertProblem(box.post(good, begun.asked().relayState(), ""), "not_begun");
        SamlBox.assertProblem(box.post(good, "another", begun.cookie()), "state");
        SamlBox.Begun other = box.begin("");
        SamlBox.assertProblem(box.post(other, good), "nonce");
        box.me(box.post(begun, good));
        SamlBox.assertProblem(box.post(begun, good), "replayed");
        box.provider.assertionId = "_same";
        box.me(box.signOn());
        SamlBox.assertProblem(box.signOn(), "replayed");
    }

    @Test
    void answerIsTakenWhereItBelongsOnly() {
        SamlBox.Begun begun = box.begin("");
        String good = posted(box.provider.answer(begun.asked()));
        SamlBox.assertProblem(
                box.server.send("GET", SamlBox.BASE + "callback?state=" + begun.asked().relayState() + "&code=x", null,
                        Map.of("Authorization", "", "Cookie", "gatehouse-sign-on=" + begun.cookie())),
                "no_provider");
        AdminServer.Reply elsewhere = box.server.send("POST", "/api/v1/sign-on/other/acs",
                KeycloakServer.form(Map.of("SAMLResponse", good, "RelayState", begun.asked().relayState())),
                Map.of("Authorization", "", "Content-Type", "application/x-www-form-urlencoded", "Cookie",
                        "gatehouse-sign-on=" + begun.cookie()));
        SamlBox.assertProblem(elsewhere, "no_provider");
        assertThat(box.server.send("POST", SamlBox.BASE + "acs", "{}", SamlBox.STRANGER).status()).isEqualTo(415);
    }

    @Test
    void sessionBeforeEndsAlthoughThePostedFormDoesNotBringIt() {
        String former = SamlBox.cookie(box.signOn(), "gatehouse-session");
        AdminServer.Reply begun = box.server.send("GET", SamlBox.BASE + "begin", null,
                Map.of("Authorization", "", "Cookie", "gatehouse-session=" + former));
        Asked asked = ScriptedSamlProvider.read(begun.header("location"));
        box.me(box.post(posted(box.provider.answer(asked)), asked.relayState(),
                SamlBox.cookie(begun, "gatehouse-sign-on")));
        assertThat(box.server.as(box.server.console(former), "GET", "/api/v1/session", null).status()).isEqualTo(401);
    }

    @Test
    void confirmingAsksAgainAndAnOldLoginIsNotRecent() {
        box.provider.asked = Duration.ofHours(-2);
        assertThat(box.me(box.signOn()).get("recentlyAuthenticated").asBoolean()).isFalse();
        SamlBox.Begun begun = box.begin("?confirm=true");
        assertThat(begun.asked().request().getAttribute("ForceAuthn")).isEqualTo("true");
        SamlBox.assertProblem(box.post(begun, posted(box.provider.answer(begun.asked()))), "not_recent");
        box.provider.asked = Duration.ZERO;
        SamlBox.Begun again = box.begin("?confirm=true");
        assertThat(box.me(box.post(again, posted(box.provider.answer(again.asked())))).get("recentlyAuthenticated")
                .asBoolean())
                .isTrue();
    }

    @Test
    void metadataIsGivenAndTaken() {
        String own = box.server.send("GET", SamlBox.BASE + "metadata", null, SamlBox.STRANGER).text();
        assertThat(parse(own).getDocumentElement().getAttribute("entityID"))
                .isEqualTo(SamlBox.BOX + SamlBox.BASE + "metadata");
        assertThat(own).contains("Location=\"" + SamlBox.BOX + SamlBox.BASE + "acs\"")
                .contains("WantAssertionsSigned=\"true\"");
        assertThat(box.server.send("GET", "/api/v1/sign-on/other/metadata", null, SamlBox.STRANGER).status())
                .isEqualTo(404);

        AdminServer.Reply read = box.server.post("/api/v1/sign-on/saml-metadata",
                Json.text(Json
                        .tree(new SignOnViews.PastedMetadata(box.provider.metadata("https://idp.example.com/sso")))));
        assertThat(read.json().get("entityId").asText()).as(read.text()).isEqualTo(ScriptedSamlProvider.ENTITY);
        assertThat(read.json().get("ssoUrl").asText()).isEqualTo("https://idp.example.com/sso");
        assertThat(read.json().get("certificates").asText().replaceAll("\\s", ""))
                .isEqualTo(box.provider.signer.pem().replaceAll("\\s", ""));
        for (String bad : List.of("hello", "<a/>", own, "<!DOCTYPE x []>" + own)) {
            assertThat(box.server.post("/api/v1/sign-on/saml-metadata",
                    Json.text(Json.tree(new SignOnViews.PastedMetadata(bad)))).fields()).containsExactly("metadata");
        }
    }

    @Test
    void settingsThatWouldTrustTooMuchAreRefused() {
        String good = SamlBox.settings(box.provider.signer.pem(), "").replace("\"corp\"", "\"second\"");
        assertThat(
                box.server.post("/api/v1/sign-on", good.replace("\"publicUrl\":\"" + SamlBox.BOX + "\",", "")).fields())
                .containsExactly("publicUrl");
        assertThat(box.server.post("/api/v1/sign-on", SamlBox.settings(Signer.rsa(1024).pem(), "")).fields())
                .containsExactly("saml.certificates");
        assertThat(box.server.post("/api/v1/sign-on", SamlBox.settings("no certificate", "")).fields())
                .containsExactly("saml.certificates");
        assertThat(box.server.post("/api/v1/sign-on", good.replace("https://idp", "http://idp")).fields())
                .containsExactly("saml.ssoUrl");
        assertThat(box.server.post("/api/v1/sign-on", good.replace("\"kind\":\"saml\"", "\"kind\":\"oidc\"")).fields())
                .containsExactly("oidc", "saml");
        AdminServer.Reply test = box.server.post("/api/v1/sign-on/" + box.id + "/test", "");
        assertThat(test.json().get("ok").asBoolean()).isTrue();
        assertThat(test.json().get("callbackUrl").asText()).isEqualTo(SamlBox.BOX + SamlBox.BASE + "acs");
    }

    @Test
    void cookieOfASignOnThatComesBackByPostIsSentAlongOverTls() {
        Arrival arrival = new Arrival("GET", true, null, null, null, false, null, null, "box", "", "", "1", null);
        assertThat(arrival.keepPostedSignOn("x", 600)).startsWith("__Host-gatehouse-sign-on=x;")
                .contains("; Secure").contains("; HttpOnly").endsWith("SameSite=None");
        assertThat(arrival.keepSignOn("x", 600)).endsWith("SameSite=Lax");
    }
}
