package org.gatehouse.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Objects;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@ParameterizedClass
@EnumSource(Databases.class)
final class SecretBoxIT {

    private static final SecretPlace PLACE = new SecretPlace("upstream", "7", "api_key");

    private final Databases kind;
    private final SecureRandom random = new SecureRandom();
    private Databases.Fresh fresh;
    private Path secrets;
    private SecretBox box;

    SecretBoxIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        fresh = kind.fresh(directory);
        secrets = directory.resolve("secret");
        box = SecretBox.open(fresh.database(), secrets, random, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        fresh.close();
    }

    @Test
    void sealedSecretOpensInItsPlaceAlsoAfterARestartAndARotation() {
        byte[] before = box.sealText(PLACE, "sk-…ü");
        box.rotate();
        byte[] after = box.sealText(PLACE, "second");
        SecretBox again = SecretBox.open(fresh.database(), secrets, random, Clock.systemUTC());
        assertThat(again.openText(PLACE, before)).isEqualTo("sk-…ü");
        assertThat(again.openText(PLACE, after)).isEqualTo("second");
        assertThat(java.util.Arrays.copyOfRange(before, 1, 17))
                .isNotEqualTo(java.util.Arrays.copyOfRange(after, 1, 17));
    }

    @Test
    void secretMovedToAnotherRowColumnOrTableDoesNotOpen() {
        byte[] sealed = box.sealText(PLACE, "secret");
        for (SecretPlace other : new SecretPlace[]{new SecretPlace("upstream", "8", "api_key"),
                new SecretPlace("upstream", "7", "client_secret"), new SecretPlace("provider", "7", "api_key"),
                new SecretPlace("upstream7", "", "api_key")}) {
            assertThatThrownBy(() -> box.open(other, sealed)).isInstanceOf(StoreFailure.class)
                    .hasMessageContaining(other.table());
        }
    }

    @Test
    void everyFlippedBitIsNoticed() {
        byte[] sealed = box.sealText(PLACE, "secret");
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] changed = sealed.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> box.open(PLACE, changed)).isInstanceOf(StoreFailure.class);
        }
        assertThatThrownBy(() -> box.open(PLACE, new byte[3])).isInstanceOf(StoreFailure.class);
    }

    @Test
    void databaseAndKeyFileHoldNoPlainSecret() throws IOException {
        byte[] sealed = box.sealText(PLACE, "plain-words");
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("plain-words");
        Path file = secrets.resolve("key-encryption-key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets))).isEqualTo("rwx------");
        assertThat(box.toString()).doesNotContain(Files.readString(file).substring(20));
    }

    @Test
    void missingDamagedAndForeignKeyFilesAreToldApart(@TempDir Path elsewhere) throws IOException {
        Path file = secrets.resolve("key-encryption-key");
        String right = Files.readString(file);
        Files.delete(file);
        assertThatThrownBy(this::reopen).isInstanceOf(StoreFailure.class).hasMessageContaining("missing");
        Files.writeString(file, right.substring(0, right.length() - 9));
        assertThatThrownBy(this::reopen).isInstanceOf(StoreFailure.class).hasMessageContaining("damaged");
        try (Databases.Fresh other = kind.fresh(elsewhere)) {
            SecretBox.open(other.database(), elsewhere.resolve("secret"), random, Clock.systemUTC());
            Files.writeString(file, Files.readString(elsewhere.resolve("secret/key-encryption-key")));
        }
        assertThatThrownBy(this::reopen).isInstanceOf(StoreFailure.class).hasMessageContaining("not this database's")
                .hasMessageContaining(box.keyEncryptionKeyId());
    }

    @Test
    void dataKeyMadeByAnotherBoxOnTheSameDatabaseIsFound() {
        SecretBox second = SecretBox.open(fresh.database(), secrets, random, Clock.systemUTC());
        UUID made = second.rotate();
        assertThat(box.openText(PLACE, second.sealText(PLACE, "shared"))).isEqualTo("shared");
        assertThat(Objects.requireNonNull(made)).isNotNull();
    }

    @Test
    void pepperAndSigningKeyAreMadeOnce() {
        byte[] pepper = box.apiKeyPepper();
        SigningKey key = box.signingKey("trail");
        SecretBox again = SecretBox.open(fresh.database(), secrets, random, Clock.systemUTC());
        assertThat(pepper).hasSize(32).isEqualTo(again.apiKeyPepper());
        byte[] message = "head".getBytes(StandardCharsets.UTF_8);
        byte[] signature = again.signingKey("trail").sign(message);
        assertThat(SigningKey.verifies(key.publicKey(), message, signature)).isTrue();
        assertThat(SigningKey.verifies(key.publicKey(), new byte[]{1}, signature)).isFalse();
        assertThat(SigningKey.verifies(box.signingKey("other").publicKey(), message, signature)).isFalse();
    }

    private SecretBox reopen() {
        return SecretBox.open(fresh.database(), secrets, random, Clock.systemUTC());
    }
}
