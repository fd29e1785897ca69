package org.gatehouse.daemon;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.listen.ListenerSettings;
import org.gatehouse.listen.Listeners;
import org.gatehouse.setup.TestChat;

/**
 * A chat with the box's own gateway, over its main port as any client's. Over TLS it trusts the very certificate that the
 * port shows, whoever it is for.
 */
record LoopbackChat(ListenerSettings listen, Supplier<Listeners> doors) implements TestChat {
    private static final Duration LONGEST = Duration.ofSeconds(120);
    private static final int MOST_TOKENS = 64;

    @Override
    public Said chat(String key, String model, String prompt) {
        ObjectNode question = JsonNodeFactory.instance.objectNode().put("model", model).put("max_tokens", MOST_TOKENS);
        question.putArray("messages").addObject().put("role", "user").put("content", prompt);
        long begun = System.nanoTime();
        try (HttpClient client = client()) {
            HttpResponse<byte[]> reply = client.send(HttpRequest.newBuilder(address()).timeout(LONGEST)
                    .header("Authorization", "Bearer " + key).header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(question))).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            return said(model, reply, (System.nanoTime() - begun) / 1_000_000);
        } catch (IOException e) {
            return new Said.Failed("The gateway could not be asked: " + e.getMessage()
                    + ". See the log; try again.", (System.nanoTime() - begun) / 1_000_000);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Said.Failed("The box is stopping. Try again later.", 0);
        }
    }

    private static Said said(String model, HttpResponse<byte[]> reply, long millis) {
        JsonNode body = Json.parse(reply.body()) instanceof Reading.Whole<JsonNode>(JsonNode tree)
                ? tree
                : JsonNodeFactory.instance.objectNode();
        if (reply.statusCode() != 200) {
            return new Said.Failed("The chat with " + model + " gave status " + reply.statusCode() + ": "
                    + body.at("/error/message").asText("no reason was given") + " Correct that, then try again.",
                    millis);
        }
        return new Said.Answered(body.path("model").asText(model), body.at("/choices/0/message/content").asText(),
                body.at("/usage/prompt_tokens").asLong(), body.at("/usage/completion_tokens").asLong(), millis);
    }

    private URI address() {
        String bound = listen.address();
        String host = bound.equals("0.0.0.0") || bound.equals("::") ? "127.0.0.1" : bound;
        boolean plain = listen.tls() instanceof ListenerSettings.Tls.Off;
        return URI.create((plain ? "http://" : "https://") + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + doors.get().port() + "/v1/chat/completions");
    }

    private HttpClient client() throws IOException {
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5))
                .version(HttpClient.Version.HTTP_1_1);
        if (!(listen.tls() instanceof ListenerSettings.Tls.Off)) {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[]{new OwnCertificate(
                        doors.get().certificateFingerprint().orElse(""))}, null);
                builder.sslContext(context);
            } catch (GeneralSecurityException e) {
                throw new IOException("TLS can't be used: " + e.getMessage(), e);
            }
        }
        return builder.build();
    }

    /** Trusts one certificate alone. An extended one: the name in it is not compared with the address. */
    private static final class OwnCertificate extends X509ExtendedTrustManager {
        private final String fingerprint;

        OwnCertificate(String fingerprint) {
            this.fingerprint = fingerprint;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            if (!fingerprint(chain[0]).equals(fingerprint)) {
                throw new CertificateException("the port shows another certificate than the box's own");
            }
        }

        private static String fingerprint(X509Certificate certificate) throws CertificateEncodingException {
            try {
                return HexFormat.ofDelimiter(":").withUpperCase()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
            } catch (java.security.NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("nobody is a client here");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            throw new CertificateException("nobody is a client here");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("nobody is a client here");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
