package org.gatehouse.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A box with a certificate that it made itself. */
final class PinnedTrustIT {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path directory;

    @Test
    void pinnedCertificateIsTrustedWhateverTheNameAndNoOtherIs() throws Exception {
        Path mine = certificate("mine");
        Path other = certificate("other");
        HttpsServer server = serve("mine");
        try {
            URI address = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
            try (AdminClient client = new AdminClient(address, "gha_x", mine)) {
                assertThat(client.get("system/revision", Map.of()).get("revision").asInt()).isEqualTo(7);
            }
            try (AdminClient client = new AdminClient(address, "gha_x", other)) {
                assertThatThrownBy(() -> client.get("system/revision", Map.of())).isInstanceOf(CommandFailed.class)
                        .hasMessageContaining("--cacert");
            }
            try (AdminClient client = new AdminClient(address, "gha_x", null)) {
                assertThatThrownBy(() -> client.get("system/revision", Map.of())).isInstanceOf(CommandFailed.class);
            }
        } finally {
            server.stop(0);
        }
    }

    @Test
    void fileWithoutACertificateIsSaid() throws IOException {
        Path empty = Files.writeString(directory.resolve("empty.pem"), "");
        assertThatThrownBy(() -> new AdminClient(URI.create("https://127.0.0.1:1"), "gha_x", empty).close())
                .isInstanceOf(CommandFailed.class).hasMessageContaining("empty.pem");
    }

    /** Makes a key with a certificate for a name that nobody asks by; gives the certificate. */
    private Path certificate(String name) throws Exception {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process process = new ProcessBuilder(keytool.toString(), "-genkeypair", "-keyalg", "EC", "-alias", name,
                "-dname", "CN=" + name + ".example", "-validity", "2", "-storetype", "PKCS12", "-storepass",
                new String(PASSWORD), "-keystore", directory.resolve(name + ".p12").toString()).inheritIO().start();
        assertThat(process.waitFor()).isZero();
        byte[] encoded = store(name).getCertificate(name).getEncoded();
        return Files.writeString(directory.resolve(name + ".pem"), "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[]{'\n'}).encodeToString(encoded)
                + "\n-----END CERTIFICATE-----\n");
    }

    private KeyStore store(String name) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory.resolve(name + ".p12"))) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    private HttpsServer serve(String name) throws GeneralSecurityException, IOException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store(name), PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            byte[] body = "{\"revision\":7}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }
}
