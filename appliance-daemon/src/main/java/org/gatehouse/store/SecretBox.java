package org.gatehouse.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import javax.crypto.AEADBadTagException;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/**
 * Secrets at rest, by envelope encryption: each secret is sealed with AES-256-GCM under a data key, the data keys lie in
 * the database wrapped by a key-encryption key, and that one lies in a file outside of it. A stolen database or backup
 * opens nothing. Thread-safe; sealing and opening touch the database only for a data key not seen before.
 *
 * <p>
 * A sealed secret is one format byte (1), the data key's id (16), a nonce (12), ciphertext, tag (16).
 */
public final class SecretBox {

    private static final String SIGNING = "signing:";
    private static final byte FORMAT = 1;
    private static final int HEADER_BYTES = 1 + 16;

    /**
     * How many secrets one data key seals before it is replaced. NIST SP 800-38D 8.3 allows 2^32 random nonces a key;
     * this leaves room for several boxes and restarts, which do not share the count.
     */
    private static final long SEALS_PER_KEY = 1L << 28;

    private final Database database;
    private final KeyEncryptionKey wrapping;
    private final SecureRandom random;
    private final Clock clock;
    private final Map<UUID, SecretKey> dataKeys = new ConcurrentHashMap<>();
    private final AtomicLong seals = new AtomicLong();
    private volatile UUID current;

    private SecretBox(Database database, KeyEncryptionKey wrapping, SecureRandom random, Clock clock) {
        this.database = database;
        this.wrapping = wrapping;
        this.random = random;
        this.clock = clock;
        this.current = newestDataKey().orElseGet(this::addDataKey);
    }

    /**
     * Opens the box of a database.
     *
     * @param directory where the key-encryption key lies; at the first start, when the database holds no secret yet, one
     *        is made there
     * @throws StoreFailure when the key file is missing, unreadable, damaged, or another database's
     */
    public static SecretBox open(Database database, Path directory, SecureRandom random, Clock clock) {
        List<String> used = database.jdbi().withHandle(
                handle -> handle.createQuery("SELECT DISTINCT kek_id FROM data_key").mapTo(String.class).list());
        KeyEncryptionKey wrapping = KeyEncryptionKey.load(directory, used.isEmpty(), random);
        if (!used.isEmpty() && !used.contains(wrapping.id())) {
            throw new StoreFailure("The key-encryption key is not this database's: "
                    + directory.resolve(KeyEncryptionKey.FILE) + " holds key " + wrapping.id()
                    + " and the database needs " + String.join(" or ", used) + ". Put the right file there.");
        }
        return new SecretBox(database, wrapping, random, clock);
    }

    /** Tells which key file this database needs, without telling the key. */
    public String keyEncryptionKeyId() {
        return wrapping.id();
    }

    /** Seals a secret for its place. */
    public byte[] seal(SecretPlace place, byte[] plain) {
        if (seals.incrementAndGet() >= SEALS_PER_KEY) {
            rotate();
        }
        UUID id = current;
        byte[] text = AesGcm.seal(dataKey(id), plain, bytes(place), random);
        return ByteBuffer.allocate(HEADER_BYTES + text.length).put(FORMAT).putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits()).put(text).array();
    }

    /**
     * Opens what was sealed for this place.
     *
     * @throws StoreFailure when it was changed, was sealed for another place, or its data key is gone
     */
    public byte[] open(SecretPlace place, byte[] sealed) {
        try {
            ByteBuffer in = ByteBuffer.wrap(sealed);
            if (in.remaining() < HEADER_BYTES || in.get() != FORMAT) {
                throw new AEADBadTagException("unknown form");
            }
            UUID id = new UUID(in.getLong(), in.getLong());
            return AesGcm.open(dataKey(id), in, bytes(place));
        } catch (AEADBadTagException e) {
            throw new StoreFailure("A secret cannot be opened: column " + place.column() + " of " + place.table() + " "
                    + place.row() + " was changed or belongs to another row. Set that secret again.", e);
        }
    }

    /** Seals text for its place, as UTF-8. */
    public byte[] sealText(SecretPlace place, String plain) {
        return seal(place, plain.getBytes(StandardCharsets.UTF_8));
    }

    /** Opens text; fails like {@link #open}. */
    public String openText(SecretPlace place, byte[] sealed) {
        return new String(open(place, sealed), StandardCharsets.UTF_8);
    }

    /** Makes a new data key for what is sealed from now on. What was sealed before still opens. */
    public synchronized UUID rotate() {
        current = addDataKey();
        seals.set(0);
        return current;
    }

    /** The key of keyed hashes of API keys: 32 bytes, made once, the same for every box on this database. */
    public byte[] apiKeyPepper() {
        return namedSecret("api-key-pepper", () -> {
            byte[] pepper = new byte[32];
            random.nextBytes(pepper);
            return new Made(pepper, null);
        }).secret();
    }

    /** The signing key of that name, made at its first use. */
    public SigningKey signingKey(String name) {
        return pair(name, namedSecret(SIGNING + name, () -> {
            try {
                KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
                return new Made(pair.getPrivate().getEncoded(), pair.getPublic().getEncoded());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this JDK has no Ed25519", e);
            }
        }));
    }

    /** The signing key of that name, if there is one. */
    public Optional<SigningKey> findSigningKey(String name) {
        return readNamed(place(SIGNING + name)).map(made -> pair(name, made));
    }

    private static SigningKey pair(String name, Made made) {
        try {
            KeyFactory factory = KeyFactory.getInstance("Ed25519");
            SigningKey key = new SigningKey(name,
                    factory.generatePublic(new X509EncodedKeySpec(Objects.requireNonNull(made.publicKey()))),
                    factory.generatePrivate(new PKCS8EncodedKeySpec(made.secret())));
            // The public half lies in the clear: one that was exchanged must not vouch for forged signatures.
            byte[] probe = SIGNING.getBytes(StandardCharsets.UTF_8);
            if (SigningKey.verifies(key.publicKey(), probe, key.sign(probe))) {
                return key;
            }
        } catch (GeneralSecurityException e) {
            throw new StoreFailure("The signing key " + name + " is damaged. Restore a backup.", e);
        }
        throw new StoreFailure("The signing key " + name + " is damaged: its public half was exchanged. "
                + "Restore a backup, and find out who wrote to the database.");
    }

    KeyEncryptionKey wrapping() {
        return wrapping;
    }

    private Made namedSecret(String name, java.util.function.Supplier<Made> maker) {
        SecretPlace place = place(name);
        Optional<Made> known = readNamed(place);
        if (known.isPresent()) {
            return known.get();
        }
        Made made = maker.get();
        byte[] sealed = seal(place, made.secret());
        try {
            database.jdbi().useTransaction(handle -> handle.createUpdate("""
                    INSERT INTO named_secret (name, sealed, public_key, created_at)
                    VALUES (:name, :sealed, :publicKey, :now)""").bind("name", name).bind("sealed", sealed)
                    .bindByType("publicKey", made.publicKey(), byte[].class)
                    .bind("now", clock.instant().atOffset(ZoneOffset.UTC)).execute());
            return made;
        } catch (UnableToExecuteStatementException e) {
            // Another box on the same database made it in the meantime: that one counts.
            return readNamed(place).orElseThrow(() -> e);
        }
    }

    private static SecretPlace place(String name) {
        return new SecretPlace("named_secret", name, "sealed");
    }

    private Optional<Made> readNamed(SecretPlace place) {
        return database.jdbi().withHandle(handle -> handle
                .createQuery("SELECT sealed, public_key FROM named_secret WHERE name = :name").bind("name", place.row())
                .map((row, context) -> new Made(open(place, row.getBytes(1)), row.getBytes(2))).findOne());
    }

    private Optional<UUID> newestDataKey() {
        return database.jdbi()
                .withHandle(handle -> handle
                        .createQuery("SELECT id FROM data_key ORDER BY created_at DESC, id DESC FETCH FIRST 1 ROW ONLY")
                        .mapTo(UUID.class).findOne());
    }

    private UUID addDataKey() {
        byte[] key = new byte[32];
        random.nextBytes(key);
        UUID id = UUID.randomUUID();
        byte[] wrapped = AesGcm.seal(wrapping.key(), key, wrapContext(id), random);
        database.jdbi().useTransaction(handle -> insert(handle, id, wrapped));
        dataKeys.put(id, new SecretKeySpec(key, "AES"));
        return id;
    }

    private void insert(Handle handle, UUID id, byte[] wrapped) {
        handle.createUpdate(
                "INSERT INTO data_key (id, kek_id, wrapped, created_at) VALUES (:id, :kek, :wrapped, :now)")
                .bind("id", id).bind("kek", wrapping.id()).bind("wrapped", wrapped)
                .bind("now", clock.instant().atOffset(ZoneOffset.UTC)).execute();
    }

    private SecretKey dataKey(UUID id) throws StoreFailure {
        return dataKeys.computeIfAbsent(id, this::unwrap);
    }

    private SecretKey unwrap(UUID id) {
        byte[] wrapped = database.jdbi()
                .withHandle(handle -> handle.createQuery("SELECT wrapped FROM data_key WHERE id = :id").bind("id", id)
                        .mapTo(byte[].class).findOne())
                .orElseThrow(() -> new StoreFailure("A secret cannot be opened: its data key " + id
                        + " is not in this database. Set that secret again."));
        try {
            return new SecretKeySpec(AesGcm.open(wrapping.key(), ByteBuffer.wrap(wrapped), wrapContext(id)), "AES");
        } catch (AEADBadTagException e) {
            throw new StoreFailure("The data key " + id + " cannot be unwrapped by key-encryption key " + wrapping.id()
                    + ": the row or the key file was changed. Put the right key file there, or restore a backup.", e);
        }
    }

    private static byte[] wrapContext(UUID id) {
        return bytes(new SecretPlace("data_key", id.toString(), "wrapped"));
    }

    /** Lengths first, so that no two places give the same bytes. */
    private static byte[] bytes(SecretPlace place) {
        return (place.table().length() + ":" + place.table() + place.row().length() + ":" + place.row()
                + place.column().length() + ":" + place.column()).getBytes(StandardCharsets.UTF_8);
    }

    private record Made(byte[] secret, byte @Nullable [] publicKey) {}
}
