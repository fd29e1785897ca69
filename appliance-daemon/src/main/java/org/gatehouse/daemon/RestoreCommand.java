package org.gatehouse.daemon;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import org.gatehouse.store.Restore;

/** {@code gatehouse restore}: puts a backup in place of what a stopped box has. */
@Command(name = "restore", mixinStandardHelpOptions = true, description = "Puts a backup into a data directory that no daemon uses. A damaged or foreign file is refused before anything is touched.", footer = {
        "", "Example:", "  gatehouse restore box.backup --data /var/lib/gatehouse"})
final class RestoreCommand implements Callable<Integer> {
    private static final Path USUAL = Path.of("/etc/gatehouse/appliance.yaml");

    @Parameters(paramLabel = "FILE", description = "The backup.")
    private Path file = Path.of("");

    @Option(names = "--data", paramLabel = "DIR", description = "The data directory. Default: the settings'.")
    private @Nullable Path data;

    @Option(names = "--config", paramLabel = "FILE", description = "Settings that name the data directory and the database; by default /etc/gatehouse/appliance.yaml if it exists.")
    private @Nullable Path config;

    @Option(names = "--passphrase-file", paramLabel = "FILE", description = "Holds the passphrase of a backup that carries its key.")
    private @Nullable Path passphraseFile;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path named = config;
        Settings settings = Settings.read(named == null ? USUAL : named, named != null, System.getenv());
        Path directory = Objects.requireNonNullElse(data, settings.data());
        Path secret = passphraseFile;
        char[] passphrase = secret == null ? null : passphrase(secret);
        Restore.Summary summary = new Restore(Clock.systemUTC()).run(file, directory,
                settings.database().toStore(directory.resolve("database")), passphrase);
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        out.println("Restored " + summary.rows() + " rows into " + directory + ".");
        Path aside = summary.movedAside();
        if (aside != null) {
            out.println("What was there before lies in " + aside + ".");
        }
        if (!summary.keyInPlace()) {
            out.println("The key " + summary.keyEncryptionKeyId()
                    + " is not there yet: put the copy of the old box's directory 'secret' in place as "
                    + directory.resolve("secret") + " before you start the daemon.");
        }
        out.println("Admin tokens are those of the box that was backed up. That box must not run any more.");
        return 0;
    }

    private static char[] passphrase(Path file) throws IOException {
        try {
            return Files.readString(file).strip().toCharArray();
        } catch (NoSuchFileException e) {
            throw new IOException("There is no file " + file + ". It must hold the passphrase.", e);
        }
    }
}
