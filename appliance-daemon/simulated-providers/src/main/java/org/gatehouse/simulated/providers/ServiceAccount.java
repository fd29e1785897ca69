package org.gatehouse.simulated.providers;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;

/**
 * A Google service account that exists in this process only: its key file for the caller, its public key for the token
 * endpoint. Immutable.
 */
final class ServiceAccount {
    private static final String KEY_ID = "5144a7ed00000000000000000000000000000000";

    private final KeyPair keys;
    private final String project;
    private final URI tokenUri;

    private ServiceAccount(KeyPair keys, String project, URI tokenUri) {
        this.keys = keys;
        this.project = project;
        this.tokenUri = tokenUri;
    }

    static ServiceAccount create(String project, URI tokenUri) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return new ServiceAccount(generator.generateKeyPair(), project, tokenUri);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java makes no RSA keys; use a complete JDK.", e);
        }
    }

    String email() {
        return "simulated@" + project + ".iam.gserviceaccount.com";
    }

    String keyId() {
        return KEY_ID;
    }

    String tokenUri() {
        return tokenUri.toString();
    }

    String keyFile() {
        String key = Base64.getMimeEncoder(64, new byte[]{'\n'}).encodeToString(keys.getPrivate().getEncoded());
        return Json.text(Json.object().put("type", "service_account").put("project_id", project)
                .put("private_key_id", KEY_ID)
                .put("private_key", "-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----\n")
                .put("client_email", email()).put("client_id", "100000000000000000000")
                .put("token_uri", tokenUri()).put("universe_domain", "googleapis.com"));
    }

    /** Whether {@code signature} is RS256 of {@code signed} by this account's key. */
    boolean signed(String signed, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("SHA256withRSA");
            verifier.initVerify(keys.getPublic());
            verifier.update(signed.getBytes(StandardCharsets.US_ASCII));
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
