package org.gatehouse.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import javax.net.ssl.SSLContext;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldif.LDIFException;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.identity.KeycloakServer;

/**
 * What a company has around a new box, on loopback: a directory of its people, an authority that signs requests for
 * certificates, and a Keycloak where the build unpacked one.
 */
final class Company implements AutoCloseable {
    private static final String PEOPLE = "ou=people,dc=corp,dc=example";
    private static final String PASSWORD = "grace's password";
    private static final String REALM = """
            {"realm":"company","enabled":true,"sslRequired":"none","groups":[{"name":"ai-admins"}],
             "users":[{"username":"grace","email":"grace@example.com","emailVerified":true,"firstName":"Grace",
               "lastName":"Hopper","enabled":true,"groups":["/ai-admins"],
               "credentials":[{"type":"password","value":"%2$s"}]}],
             "clients":[{"clientId":"gatehouse","secret":"s3cret","protocol":"openid-connect","publicClient":false,
               "standardFlowEnabled":true,"redirectUris":["%1$s/*"],
               "protocolMappers":[{"name":"groups","protocol":"openid-connect",
                 "protocolMapper":"oidc-group-membership-mapper",
                 "config":{"full.path":"true","id.token.claim":"true","claim.name":"groups"}}]}]}
            """;

    private final TestAuthority authority = new TestAuthority();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final InMemoryDirectoryServer directory;
    private final HttpServer desk;
    private final ObjectNode description = JsonNodeFactory.instance.objectNode();
    private final @Nullable KeycloakServer keycloak;

    /** Starts everything; people may come back from Keycloak to the box at that address. */
    Company(String box) throws IOException, InterruptedException {
        directory = directory();
        desk = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        desk.setExecutor(threads);
        desk.createContext("/sign", asked -> answer(asked, authority.sign(text(asked))));
        desk.createContext("/certificate", asked -> answer(asked, withKey(text(asked))));
        desk.start();
        description.put("desk", "http://127.0.0.1:" + desk.getAddress().getPort());
        description.putObject("directory").put("server", "ldaps://localhost:" + directory.getListenPort())
                .put("baseDn", PEOPLE).put("bindDn", "cn=searcher").put("bindPassword", "s3cret")
                .put("certificate", authority.pem()).put("user", "grace").put("password", PASSWORD);
        if (KeycloakServer.distribution().isPresent()) {
            KeycloakServer shared = KeycloakServer.shared();
            shared.admin("POST", "", REALM.formatted(box, PASSWORD));
            keycloak = shared;
            description.putObject("provider").put("issuer", shared.url() + "/realms/company")
                    .put("client", "gatehouse").put("secret", "s3cret").put("user", "grace")
                    .put("password", PASSWORD);
        } else {
            keycloak = null;
            System.out.println("SKIPPED Keycloak in the first boot in a browser: target/keycloak holds none; a program"
                    + " plays the provider");
        }
    }

    private InMemoryDirectoryServer directory() {
        try {
            InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=corp,dc=example");
            config.setSchema(null);
            config.addAdditionalBindCredentials("cn=searcher", "s3cret");
            SSLContext tls = authority.issue("CN=localhost", new GeneralName(GeneralName.dNSName, "localhost"),
                    Duration.ofDays(1)).context();
            config.setListenerConfigs(InMemoryListenerConfig.createLDAPSConfig("tls", null, 0,
                    tls.getServerSocketFactory(), tls.getSocketFactory()));
            InMemoryDirectoryServer server = new InMemoryDirectoryServer(config);
            server.add("dn: dc=corp,dc=example", "objectClass: domain", "dc: corp");
            server.add("dn: " + PEOPLE, "objectClass: organizationalUnit", "ou: people");
            server.add("dn: uid=grace," + PEOPLE, "objectClass: person", "uid: grace", "cn: Grace",
                    "mail: grace@example.com", "entryUUID: 11111111-1111-1111-1111-111111111111",
                    "userPassword: " + PASSWORD, "memberOf: CN=AI Admins,OU=Groups,DC=corp,DC=example");
            server.startListening();
            return server;
        } catch (LDAPException | LDIFException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Everything as JSON, for programs that drive a browser. */
    String description() {
        return Json.text(description);
    }

    private String withKey(String name) {
        TestAuthority.Issued issued = authority.issue("CN=" + name, new GeneralName(GeneralName.dNSName, name),
                Duration.ofDays(1));
        return Json.text(JsonNodeFactory.instance.objectNode()
                .put("certificatePem", TestAuthority.pem("CERTIFICATE", issued.encodedCertificate()))
                .put("privateKeyPem", TestAuthority.pem("PRIVATE KEY", issued.pair().getPrivate().getEncoded())));
    }

    private static String text(HttpExchange asked) throws IOException {
        return new String(asked.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void answer(HttpExchange asked, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        asked.sendResponseHeaders(200, bytes.length);
        asked.getResponseBody().write(bytes);
        asked.close();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        desk.stop(0);
        threads.close();
        directory.shutDown(true);
        if (keycloak != null) {
            keycloak.admin("DELETE", "/company", null);
        }
    }
}
