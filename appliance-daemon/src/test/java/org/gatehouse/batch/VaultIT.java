package org.gatehouse.batch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.store.Databases;
import org.gatehouse.store.SecretBox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a kill, a full disk or somebody with a knife does to sealed files. */
final class VaultIT {
    @TempDir
    Path directory;
    private Databases.Fresh fresh;
    private Vault vault;

    @BeforeEach
    void open() throws IOException {
        fresh = Databases.H2.fresh(directory);
        vault = new Vault(directory.resolve("batches"), SecretBox.open(fresh.database(), directory.resolve("secret"),
                new SecureRandom(), Clock.systemUTC()));
    }

    @AfterEach
    void close() {
        fresh.close();
    }

    private Path path(UUID id) {
        return directory.resolve("batches").resolve(id + ".sealed");
    }

    private UUID written(int pieces, boolean ended) throws IOException {
        UUID id = UUID.randomUUID();
        try (SealedWriter writer = vault.create(id)) {
            for (int i = 0; i < pieces; i++) {
                byte[] piece = ("piece " + i + "\n").getBytes(StandardCharsets.UTF_8);
                writer.settle(writer.append(i, piece, 0, piece.length));
            }
            if (ended) {
                writer.end();
            }
        }
        return id;
    }

    private String read(UUID id) throws IOException {
        try (InputStream in = vault.open(id)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void wholeFileReadsBackAndIsNotInTheClear() throws IOException {
        UUID id = written(3, true);

        assertThat(read(id)).isEqualTo("piece 0\npiece 1\npiece 2\n");
        assertThat(new String(Files.readAllBytes(path(id)), StandardCharsets.ISO_8859_1)).doesNotContain("piece");
        assertThat(vault.all()).containsExactly(id);
    }

    @Test
    void whereverTheFileBreaksOffTheWholePiecesAreTakenUpAgain() throws IOException {
        UUID id = written(5, false);
        byte[] all = Files.readAllBytes(path(id));
        for (int length = 0; length <= all.length; length++) {
            Files.write(path(id), java.util.Arrays.copyOf(all, length));
            List<Integer> marks = new ArrayList<>();
            try (SealedWriter writer = vault.reopen(id, marks::add)) {
                for (int i = marks.size(); i < 6; i++) {
                    byte[] piece = ("piece " + i + "\n").getBytes(StandardCharsets.UTF_8);
                    writer.append(i, piece, 0, piece.length);
                }
                writer.end();
                assertThat(writer.bytes()).isEqualTo(6 * 8);
            }
            assertThat(read(id)).isEqualTo("piece 0\npiece 1\npiece 2\npiece 3\npiece 4\npiece 5\n");
        }
    }

    @Test
    void halfAFileAndAChangedOneAreNoFile() throws IOException {
        UUID half = written(3, false);
        assertThatThrownBy(() -> read(half)).isInstanceOf(IOException.class).hasMessageContaining("cut short");
        UUID whole = written(3, true);
        byte[] good = Files.readAllBytes(path(whole));
        Random random = new Random(54);
        for (int round = 0; round < 300; round++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(path(whole), bad);
            assertThatThrownBy(() -> read(whole)).isInstanceOf(IOException.class);
        }
        UUID other = written(3, true);
        Files.write(path(whole), Files.readAllBytes(path(other)), StandardOpenOption.TRUNCATE_EXISTING);
        assertThatThrownBy(() -> read(whole)).isInstanceOf(IOException.class).hasMessageContaining("damaged");
    }

    @Test
    void completeFileTakesNothingMore() throws IOException {
        UUID id = written(2, true);
        List<Integer> marks = new ArrayList<>();
        try (SealedWriter writer = vault.reopen(id, marks::add)) {
            assertThat(marks).containsExactly(0, 1);
            assertThatThrownBy(() -> writer.append(9, new byte[1], 0, 1)).isInstanceOf(IOException.class);
            writer.end();
        }
        assertThat(read(id)).isEqualTo("piece 0\npiece 1\n");
    }
}
