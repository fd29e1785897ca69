package org.gatehouse.admin;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

import com.fasterxml.jackson.databind.JsonNode;
import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** Sign-on with a real directory server, in memory, over real sockets with real TLS. */
@ParameterizedClass
@EnumSource(Databases.class)
final class LdapSignOnIT {
    private static final String PASSWORD = "grace's password";
    private final Databases kind;
    @TempDir
    Path directory;
    private AdminServer server;
    private InMemoryDirectoryServer ldap;
    private String certificate;

    LdapSignOnIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void start() throws Exception {
        server = new AdminServer(kind, directory);
        KeyPair pair = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        X509Certificate own = selfSigned(pair, "localhost");
        String pem = Base64.getMimeEncoder().encodeToString(own.getEncoded()).replace("\r\n", "\\n");
        certificate = "-----BEGIN CERTIFICATE-----\\n" + pem + "\\n-----END CERTIFICATE-----\\n";
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", pair.getPrivate(), new char[0], new X509Certificate[]{own});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=corp,dc=example");
        config.setSchema(null);
        config.addAdditionalBindCredentials("cn=searcher", "s3cret");
        // StartTLS on the plain listener uses this one's context.
        config.setListenerConfigs(
                new InMemoryListenerConfig("plain", null, 0, null, null, context.getSocketFactory()),
                InMemoryListenerConfig.createLDAPSConfig("tls", null, 0, context.getServerSocketFactory(),
                        context.getSocketFactory()));
        ldap = new InMemoryDirectoryServer(config);
        ldap.add("dn: dc=corp,dc=example", "objectClass: domain", "dc: corp");
        ldap.add("dn: ou=people,dc=corp,dc=example", "objectClass: organizationalUnit", "ou: people");
        ldap.add("dn: uid=grace,ou=people,dc=corp,dc=example", "objectClass: person", "uid: grace", "cn: Grace",
                "mail: grace@example.com", "entryUUID: 11111111-1111-1111-1111-111111111111",
                "userPassword: " + PASSWORD, "memberOf: CN=AI Admins,OU=Groups,DC=corp,DC=example");
        ldap.add("dn: uid=heidi,ou=people,dc=corp,dc=example", "objectClass: person", "uid: heidi", "cn: Heidi",
                "userPassword: heidi's password");
        ldap.add("dn: cn=auditors,dc=corp,dc=example", "objectClass: groupOfNames", "cn: auditors",
                "member: uid=heidi,ou=people,dc=corp,dc=example");
        ldap.startListening();
    }

    private static X509Certificate selfSigned(KeyPair pair, String host) throws Exception {
        X500Name name = new X500Name("CN=" + host);
        Instant now = Instant.now();
        return new JcaX509CertificateConverter().getCertificate(new JcaX509v3CertificateBuilder(name, BigInteger.ONE,
                Date.from(now.minusSeconds(60)), Date.from(now.plusSeconds(3_600)), name, pair.getPublic())
                .addExtension(Extension.subjectAlternativeName, false,
                        new GeneralNames(new GeneralName(GeneralName.dNSName, host)))
                .build(new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate())));
    }

    @AfterEach
    void stop() {
        if (ldap != null) {
            ldap.shutDown(true);
        }
        server.close();
    }

    private String provider(String servers, String more) {
        AdminServer.Reply made = server.post("/api/v1/sign-on", """
                {"name":"directory","kind":"ldap","privateAddressesAllowed":true,"secret":"s3cret",
                 "trustedCertificates":"%s",
                 "ldap":{"servers":[%s],"bindDn":"cn=searcher","baseDn":"ou=people,dc=corp,dc=example"%s},
                 "mappings":[{"group":"ai admins","role":"governance_admin"},
                             {"group":"cn=auditors,dc=corp,dc=example","role":"auditor"}]}
                """.formatted(certificate, servers, more));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return made.id();
    }

    private String tls() {
        return "\"ldaps://localhost:" + ldap.getListenPort("tls") + "\"";
    }

    private String plain() {
        return "\"ldap://localhost:" + ldap.getListenPort("plain") + "\"";
    }

    private AdminServer.Reply login(String provider, String name, String password) {
        String body = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode()
                .put("provider", provider).put("username", name).put("password", password).toString();
        return server.send("POST", "/api/v1/session", body, Map.of("Authorization", "", "x-gatehouse-console", "1",
                "Origin", "http://127.0.0.1:" + server.server.port()));
    }

    @Test
    void directoryKnowsPeopleAndTheirGroups() {
        String id = provider(tls(), "");
        AdminServer.Reply reply = login(id, "grace", PASSWORD);
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        JsonNode me = reply.json();
        assertThat(me.at("/user/name").asText()).isEqualTo("grace");
        assertThat(me.at("/user/email").asText()).isEqualTo("grace@example.com");
        assertThat(me.get("roles").toString()).isEqualTo("[\"governance_admin\"]");
        assertThat(me.get("confirmBy").asText()).isEqualTo("password");
        String cookie = reply.header("set-cookie").replaceFirst("gatehouse-session=([^;]*).*", "$1");
        Map<String, String> session = server.console(cookie);
        assertThat(server.as(session, "POST", "/api/v1/session/confirm", "{\"password\":\"wrong\"}").status())
                .isEqualTo(401);
        assertThat(server.as(session, "POST", "/api/v1/session/confirm", "{\"password\":\"" + PASSWORD + "\"}")
                .status()).isEqualTo(200);
        assertThat(server.actions.records().toString()).doesNotContain(PASSWORD, "s3cret");
    }

    @Test
    void startTlsComesBeforeAnyPassword() {
        assertThat(login(provider(plain(), ""), "grace", PASSWORD).status()).isEqualTo(201);
    }

    @Test
    void groupsThatNameTheirMembersAreFound() {
        String id = provider(tls(), ",\"groupBaseDn\":\"dc=corp,dc=example\"");
        assertThat(login(id, "heidi", "heidi's password").json().get("roles").toString()).isEqualTo("[\"auditor\"]");
    }

    @Test
    void wrongNameAndWrongPasswordLookTheSame() {
        String id = provider(tls(), "");
        AdminServer.Reply wrong = login(id, "grace", "wrong");
        AdminServer.Reply nobody = login(id, "nobody", PASSWORD);
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(nobody.status()).isEqualTo(401);
        assertThat(nobody.json().get("detail")).isEqualTo(wrong.json().get("detail"));
    }

    @Test
    void knownPersonWithoutAGroupHasNoAccess() {
        assertThat(login(provider(tls(), ""), "heidi", "heidi's password").status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "gr*", "grace)(uid=*", "*)(uid=*))(|(uid=*", "grace\\2a", "(grace)", "gra\u0000ce",
            "grace,ou=people", "\\"})
    void whatSomebodyTypesIsAValueAndNoFilter(String name) {
        String id = provider(tls(), "");
        assertThat(login(id, name, PASSWORD).status()).as(name).isIn(400, 401);
    }

    @Test
    void noPasswordProvesNothing() {
        String id = provider(tls(), "");
        assertThat(login(id, "grace", "").status()).isIn(400, 401);
    }

    @Test
    void nextServerIsAskedWhereOneIsDown() {
        assertThat(login(provider("\"ldaps://localhost:1\"," + tls(), ""), "grace", PASSWORD).status()).isEqualTo(201);
    }

    @Test
    void directoryThatIsDownIsToldApartFromAWrongPassword() {
        String id = provider(tls(), "");
        ldap.shutDown(true);
        assertThat(login(id, "grace", PASSWORD).status()).isEqualTo(503);
    }

    @Test
    void certificateOfAnotherHostOrAuthorityIsNotTrusted() {
        String id = provider("\"ldaps://127.0.0.1:" + ldap.getListenPort("tls") + "\"", "");
        assertThat(login(id, "grace", PASSWORD).status()).as("another name").isEqualTo(503);
        server.patch("/api/v1/sign-on/" + id, "{\"trustedCertificates\":null,\"ldap\":{\"servers\":[" + tls() + "]}}");
        assertThat(login(id, "grace", PASSWORD).status()).as("nobody's authority").isEqualTo(503);
    }

    @Test
    void guessingIsSlowedDown() {
        String id = provider(tls(), "");
        for (int i = 0; i < 5; i++) {
            login(id, "grace", "wrong " + i);
        }
        assertThat(login(id, "grace", PASSWORD).status()).isEqualTo(429);
    }

    @Test
    void testSaysWhatIsWrongWithTheSettings() {
        String id = provider(tls(), "");
        String path = "/api/v1/sign-on/" + id + "/test";
        assertThat(server.post(path, "").json().get("ok").asBoolean()).isTrue();
        server.patch("/api/v1/sign-on/" + id, "{\"secret\":\"wrong\"}");
        assertThat(server.post(path, "").json().get("message").asText()).contains("invalid credentials");
        server.patch("/api/v1/sign-on/" + id, "{\"secret\":\"s3cret\",\"ldap\":{\"baseDn\":\"ou=none,dc=corp\"}}");
        assertThat(server.post(path, "").json().get("message").asText()).contains("baseDn");
    }

    @Test
    void passwordsInClearNeedAnExplicitSetting() {
        AdminServer.Reply refused = server.post("/api/v1/sign-on", """
                {"name":"plain","kind":"ldap","ldap":{"servers":["ldap://ldap.example.com"],"startTls":false,
                 "baseDn":"dc=x"}}""");
        assertThat(refused.fields()).containsExactly("ldap.servers[0]");
        assertThat(List.of("ldap", "oidc")).containsAll(server.post("/api/v1/sign-on",
                "{\"name\":\"x\",\"kind\":\"ldap\"}").fields());
    }

    @Test
    void formIsOffered() throws IOException {
        String id = provider(tls(), "");
        JsonNode option = server.send("GET", "/api/v1/session/options", null, Map.of("Authorization", "")).json()
                .at("/providers/0");
        assertThat(option.get("id").asText()).isEqualTo(id);
        assertThat(option.get("form").asBoolean()).isTrue();
    }
}
