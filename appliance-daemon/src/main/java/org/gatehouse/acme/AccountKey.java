package org.gatehouse.acme;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

import org.gatehouse.acme.AcmeFailure.Reason;

/** The key of an account as text: both halves, because the JDK can't make the public one of the other. Stateless. */
final class AccountKey {

    private AccountKey() {}

    static String text(KeyPair pair) {
        Base64.Encoder base64 = Base64.getEncoder();
        return base64.encodeToString(pair.getPrivate().getEncoded()) + "\n"
                + base64.encodeToString(pair.getPublic().getEncoded());
    }

    static KeyPair pair(String text) throws AcmeFailure {
        try {
            String[] halves = text.split("\n", 2);
            KeyFactory factory = KeyFactory.getInstance("EC");
            return new KeyPair(factory.generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(halves[1]))),
                    factory.generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(halves[0]))));
        } catch (GeneralSecurityException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new AcmeFailure(Reason.ACCOUNT, "The account's key is damaged. Set another directory up, then this"
                    + " one again.", null, e);
        }
    }
}
