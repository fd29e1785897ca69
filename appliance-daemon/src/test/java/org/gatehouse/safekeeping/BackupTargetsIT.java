package org.gatehouse.safekeeping;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.backups.BackupMedia;
import org.gatehouse.store.Databases;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SteppedClock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Backups brought to a real SFTP server, to a directory, and to a simulated store that reckons signatures by itself. */
class BackupTargetsIT {
    private static final String PASSWORD = "correct horse battery staple";

    @TempDir
    private Path folder;
    private Databases.Fresh fresh;
    private final AtomicInteger taken = new AtomicInteger();
    private final SteppedClock clock = new SteppedClock(Instant.now());
    private String content = "a backup";
    private String lastPassphrase = "none was asked for";
    private BackupTargets targets;

    @BeforeEach
    void opens() throws IOException {
        fresh = Databases.H2.fresh(folder);
        targets = new BackupTargets(fresh.database(), SecretBox.open(fresh.database(), folder.resolve("secret"),
                new SecureRandom(), clock), Files.createDirectory(folder.resolve("scratch")),
                (out, passphrase) -> {
                    out.write(content.getBytes(StandardCharsets.UTF_8));
                    lastPassphrase = passphrase == null ? "" : new String(passphrase);
                }, taken::incrementAndGet,
                new BackupMedia(new AgentClient(folder.resolve("agent")), folder), clock);
    }

    @AfterEach
    void closes() {
        targets.close();
        fresh.close();
    }

    private SshServer sftp(KeyPair host, Path root, KeyPair user) throws IOException {
        SshServer server = SshServer.setUpDefaultServer();
        server.setHost("127.0.0.1");
        server.setKeyPairProvider(KeyPairProvider.wrap(host));
        server.setPasswordAuthenticator((name, password, _) -> name.equals("box") && password.equals(PASSWORD));
        server.setPublickeyAuthenticator((_, key, _) -> KeyUtils.compareKeys(key, user.getPublic()));
        server.setSubsystemFactories(List.of(new SftpSubsystemFactory()));
        server.setFileSystemFactory(new VirtualFileSystemFactory(root));
        server.start();
        return server;
    }

    private static KeyPair rsa() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    private static BackupTargetDraft at(SshServer server, String print, String directory, String secret) {
        return new BackupTargetDraft(BackupTargetDraft.Kind.SFTP, directory, null,
                new BackupTargetDraft.Server("127.0.0.1", server.getPort(), "box", print), secret, null, 3, 2);
    }

    private void bringsAndKeepsTwo() throws IOException {
        for (int day = 0; day < 3; day++) {
            content = "backup of day " + day;
            clock.advance(Duration.ofDays(1));
            targets.bring();
        }
        List<Kept> kept = targets.list();
        assertThat(kept).hasSize(2).allSatisfy(one -> assertThat(one.bytes()).isEqualTo(content.length()));
        ByteArrayOutputStream newest = new ByteArrayOutputStream();
        targets.fetch(kept.getFirst().name(), newest);
        assertThat(newest).hasToString("backup of day 2");
        assertThat(taken).hasValue(3);
        assertThat(targets.standing().orElseThrow().lastFile()).isEqualTo(kept.getFirst().name());
        try (Stream<Path> left = Files.list(folder.resolve("scratch"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void anSftpServerTakesThemAndOnlyTheOneThatIsKnown() throws Exception {
        KeyPair host = rsa();
        KeyPair user = rsa();
        String print = KeyUtils.getFingerPrint(host.getPublic());
        Path there = Files.createDirectories(folder.resolve("there/backups"));
        try (SshServer server = sftp(host, folder.resolve("there"), user)) {
            BackupTargetDraft target = at(server, print, "/backups", PASSWORD);
            targets.test(target);
            targets.set(target);
            bringsAndKeepsTwo();
            try (Stream<Path> left = Files.list(there)) {
                assertThat(left).hasSize(2);
            }
            assertFails(at(server, print, "/backups", "wrong"), "password");
            assertFails(at(server, print, "/elsewhere", PASSWORD), "Make the directory");
            assertFails(at(server, "SHA256:" + "A".repeat(43), "/backups", PASSWORD), "shows the host key " + print);

            String pem = "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder(64, new byte[]{'\n'})
                    .encodeToString(user.getPrivate().getEncoded()) + "\n-----END PRIVATE KEY-----\n";
            targets.test(at(server, print, "/backups", pem));
        }
        assertThatThrownBy(() -> targets.bring()).isInstanceOf(IOException.class);
        assertThat(targets.standing().orElseThrow().trouble()).contains("127.0.0.1");
    }

    private void assertFails(BackupTargetDraft target, String message) {
        assertThatThrownBy(() -> targets.test(target)).isInstanceOf(IOException.class).hasMessageContaining(message);
    }

    @Test
    void aStoreThatSpeaksS3TakesThem() throws Exception {
        try (SimulatedS3 store = new SimulatedS3()) {
            targets.test(store.target("backups", SimulatedS3.SECRET));
            assertThat(store.objects).isEmpty();
            targets.set(store.target("backups", SimulatedS3.SECRET));
            bringsAndKeepsTwo();
            assertThat(store.objects.keySet()).allMatch(key -> key.startsWith("boxes/one/gatehouse-"));
            assertFails(store.target("backups", "another secret"), "Check the access key");
            assertFails(store.target("elsewhere", SimulatedS3.SECRET), "Make the bucket elsewhere");
        }
        assertThatThrownBy(() -> targets.bring()).hasMessageContaining("can't be reached");
    }

    @Test
    void aDirectoryTakesThemIfItIsThere() throws Exception {
        Path disk = folder.resolve("disk");
        BackupTargetDraft target = new BackupTargetDraft(BackupTargetDraft.Kind.DIRECTORY, disk.toString(), null, null,
                null, null, 3, 2);
        assertFails(target, "mount the disk");

        Files.createDirectory(disk);
        Files.writeString(disk.resolve("gatehouse-mine.backup"), "mine");
        targets.set(target);
        bringsAndKeepsTwo();
        assertThat(disk.resolve("gatehouse-mine.backup")).exists();
        assertThatThrownBy(() -> targets.fetch("../secret/key-encryption-key", new ByteArrayOutputStream()))
                .hasMessageContaining("no backup's name");
    }

    @Test
    void aPassphraseStaysUntilAnotherIsGivenAndIsNeverShown() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        BackupTargetDraft target = new BackupTargetDraft(BackupTargetDraft.Kind.DIRECTORY, disk.toString(), null, null,
                null, null, 3, 2);
        targets.set(target);
        assertThat(targets.standing().orElseThrow().passphraseSet()).isFalse();
        targets.bring();
        assertThat(lastPassphrase).isEmpty();

        targets.set(target.withPassphrase("four plain words here"));
        targets.set(target);
        assertThat(targets.standing().orElseThrow().passphraseSet()).isTrue();
        assertThat(targets.standing().orElseThrow().target().passphrase()).isNull();
        assertThat(targets.standing().orElseThrow().toString()).doesNotContain("four plain words here");
        clock.advance(Duration.ofDays(1));
        targets.bring();
        assertThat(lastPassphrase).isEqualTo("four plain words here");
    }

    @Test
    void aStoredSecretGoesToNoOtherPlace() throws Exception {
        try (SimulatedS3 store = new SimulatedS3(); SimulatedS3 other = new SimulatedS3()) {
            targets.set(store.target("backups", SimulatedS3.SECRET));
            assertThat(targets.standing().orElseThrow().target().secret()).isNull();

            targets.set(store.target("backups", SimulatedS3.SECRET).withSecret(null));
            targets.bring();
            BackupTargetDraft elsewhere = other.target("backups", SimulatedS3.SECRET).withSecret(null);
            assertThatThrownBy(() -> targets.test(elsewhere)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> targets.set(elsewhere)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
