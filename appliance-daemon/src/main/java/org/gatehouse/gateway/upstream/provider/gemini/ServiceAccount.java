package org.gatehouse.gateway.upstream.provider.gemini;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.gateway.protocol.json.JsonTrees;

/** A Google service account, which asks for tokens by assertions that it signs (RFC 7523). Immutable; never prints its key. */
final class ServiceAccount {
    private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";
    // Google takes no assertion that lasts longer.
    private static final long LASTS_SECONDS = 3600;

    private final String email;
    private final String keyId;
    private final PrivateKey key;
    private final String tokenUri;

    private ServiceAccount(String email, String keyId, PrivateKey key, String tokenUri) {
        this.email = email;
        this.keyId = keyId;
        this.key = key;
        this.tokenUri = tokenUri;
    }

    /**
     * Reads a key file, as Google hands them out.
     *
     * @throws IllegalArgumentException when it is none; the message holds nothing of it
     */
    static ServiceAccount of(String keyFile) {
        ObjectNode file = JsonTrees.readObject(keyFile);
        String email = file == null ? "" : file.path("client_email").asText("");
        String pem = file == null ? "" : file.path("private_key").asText("");
        if (file == null || email.isEmpty() || pem.isEmpty()) {
            throw new IllegalArgumentException("its key is not the JSON of a service account's key file");
        }
        return new ServiceAccount(email, file.path("private_key_id").asText(""), key(pem),
                file.path("token_uri").asText("https://oauth2.googleapis.com/token"));
    }

    private static PrivateKey key(String pem) {
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----", ""));
            return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            // The cause may show bytes of the key.
            throw new IllegalArgumentException("the private key in its service account's key file cannot be read");
        }
    }

    /** Where tokens are to be had. */
    String tokenUri() {
        return tokenUri;
    }

    /** A claim to be this account, good for an hour from now. */
    String assertion(Instant now) {
        long from = now.getEpochSecond();
        ObjectNode header = JsonTrees.object().put("alg", "RS256").put("typ", "JWT");
        if (!keyId.isEmpty()) {
            header.put("kid", keyId);
        }
        ObjectNode claims = JsonTrees.object().put("iss", email).put("scope", SCOPE).put("aud", tokenUri)
                .put("iat", from).put("exp", from + LASTS_SECONDS);
        String signed = base64(JsonTrees.bytes(header)) + '.' + base64(JsonTrees.bytes(claims));
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + '.' + base64(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an RSA key that could be read cannot sign", e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public String toString() {
        return "ServiceAccount[" + email + "]";
    }
}
