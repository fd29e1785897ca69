package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A program with a store of its own that a test can kill: goes on with the import that it finds, or begins one, and ends with the
 * import. Arguments: the store's directory, the directory of the keys, the hub's address, {@code hub} or an archive's path.
 */
final class ImportingProgram {
    private ImportingProgram() {}

    public static void main(String[] args) throws Exception {
        ModelStoreSettings settings = ModelStoreSettings.in(Path.of(args[0])).withReserve(0);
        HubSettings hub = HubSettings.of("mirror", URI.create(args[2]));
        ModelStore.Surroundings surroundings = new ModelStore.Surroundings(
                new ManifestKeys(read(Path.of(args[1])), List.of()), () -> List.of(hub), _ -> Optional.empty(),
                Clock.systemUTC(), System::nanoTime);
        try (ModelStore store = ModelStore.open(settings, surroundings)) {
            ImportStart start = store.imports().isEmpty()
                    ? store.begin(args[3].equals("hub")
                            ? StoreBench.fromHub()
                            : StoreBench.fromArchive(Path.of(args[3])))
                    : store.resume(store.imports().getFirst().id());
            ImportOutcome outcome = StoreBench.accepted(start).await(Duration.ofSeconds(60)).orElseThrow();
            System.out.println(outcome);
        }
    }

    static void write(Path directory, KeyPair pair) throws IOException {
        Files.createDirectories(directory);
        Files.write(directory.resolve("private"), pair.getPrivate().getEncoded());
        Files.write(directory.resolve("public"), pair.getPublic().getEncoded());
    }

    static KeyPair read(Path directory) throws IOException, GeneralSecurityException {
        KeyFactory factory = KeyFactory.getInstance("Ed25519");
        return new KeyPair(
                factory.generatePublic(new X509EncodedKeySpec(Files.readAllBytes(directory.resolve("public")))),
                factory.generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(directory.resolve("private")))));
    }

    static Process start(Path store, Path keys, URI hub, String source, Path log) throws IOException {
        String java = ProcessHandle.current().info().command().orElseThrow();
        return new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"),
                "org.gatehouse.supervisor.models.ImportingProgram", store.toString(), keys.toString(), hub.toString(),
                source).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }
}
