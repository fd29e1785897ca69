package org.gatehouse.safekeeping;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;
import org.jspecify.annotations.Nullable;

/**
 * A directory of a server that speaks SFTP, by Apache MINA SSHD.
 *
 * @param secret a password, or a private key in PEM; {@code null} where nothing is stored
 */
record SftpPlace(BackupTargetDraft.Server server, String directory, @Nullable String secret) implements BackupPlace {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private interface Work<T> {
        T with(SftpClient sftp) throws IOException;
    }

    private <T> T connected(Work<T> work) throws IOException {
        AtomicReference<String> shown = new AtomicReference<>("none");
        try (SshClient client = SshClient.setUpDefaultClient()) {
            client.setServerKeyVerifier((_, _, key) -> {
                shown.set(KeyUtils.getFingerPrint(key));
                return withoutPadding(server.hostKey()).equals(withoutPadding(KeyUtils.getFingerPrint(key)));
            });
            // Nothing of the account that the daemon runs in: no keys, no agent, no configuration.
            client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
            client.setHostConfigEntryResolver((_, _, _, _, _, _) -> null);
            CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ofMinutes(2));
            client.start();
            try (ClientSession session = client.connect(server.user(), server.host(), server.port()).verify(PATIENCE)
                    .getSession()) {
                identify(session);
                session.auth().verify(PATIENCE);
                try (SftpClient sftp = SftpClientFactory.instance().createSftpClient(session)) {
                    return work.with(sftp);
                }
            }
        } catch (SftpException e) {
            throw new IOException(told(e), e);
        } catch (IOException e) {
            if (!shown.get().equals("none") && !withoutPadding(server.hostKey()).equals(withoutPadding(shown.get()))) {
                throw new IOException("The server " + server.host() + " shows the host key " + shown.get() + ", not "
                        + server.hostKey() + ". If it is the right one, set it; otherwise somebody else answers there.",
                        e);
            }
            throw new IOException("The server " + server.host() + ":" + server.port() + " was not usable: "
                    + e.getMessage() + ". Check its name and port, the user, and the password or key.", e);
        }
    }

    private String told(SftpException e) {
        return switch (e.getStatus()) {
            case SftpConstants.SSH_FX_NO_SUCH_FILE, SftpConstants.SSH_FX_NO_SUCH_PATH ->
                "There is no " + directory + " at " + server.host() + ", or not that file in it. Make the directory.";
            case SftpConstants.SSH_FX_PERMISSION_DENIED ->
                "The user " + server.user() + " may not write to " + directory
                        + " at " + server.host() + ". Let them.";
            default -> "The server " + server.host() + " refused: " + e.getMessage() + ". Check its space.";
        };
    }

    private static String withoutPadding(String print) {
        return print.replaceAll("=+$", "");
    }

    private void identify(ClientSession session) throws IOException {
        String given = secret;
        if (given == null) {
            throw new IOException("no password or key is stored");
        }
        if (!given.contains("-----BEGIN")) {
            session.addPasswordIdentity(given);
            return;
        }
        try (InputStream pem = new ByteArrayInputStream(given.getBytes(StandardCharsets.US_ASCII))) {
            for (KeyPair key : SecurityUtils.loadKeyPairIdentities(session, () -> "the stored key", pem,
                    FilePasswordProvider.EMPTY)) {
                session.addPublicKeyIdentity(key);
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("the stored private key can't be read", e);
        }
    }

    private String path(String name) {
        return directory.endsWith("/") ? directory + name : directory + "/" + name;
    }

    @Override
    public void put(String name, Path file) throws IOException {
        connected(sftp -> {
            String part = path(name) + ".part";
            try (OutputStream out = sftp.write(part)) {
                Files.copy(file, out);
            }
            sftp.rename(part, path(name));
            return true;
        });
    }

    @Override
    public List<Kept> list() throws IOException {
        return connected(sftp -> {
            List<Kept> kept = new ArrayList<>();
            for (SftpClient.DirEntry entry : sftp.readDir(directory)) {
                if (entry.getAttributes().isRegularFile()) {
                    kept.add(new Kept(entry.getFilename(), entry.getAttributes().getSize()));
                }
            }
            return kept;
        });
    }

    @Override
    public void get(String name, OutputStream out) throws IOException {
        connected(sftp -> {
            try (InputStream in = sftp.read(path(name))) {
                return in.transferTo(out);
            }
        });
    }

    @Override
    public void delete(String name) throws IOException {
        connected(sftp -> {
            sftp.remove(path(name));
            return true;
        });
    }

    /** Leaves the secret out. */
    @Override
    public String toString() {
        return "SftpPlace[" + server + "]";
    }
}
