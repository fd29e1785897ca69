package org.gatehouse.daemon;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import org.gatehouse.admin.AdminTokens;
import org.gatehouse.audit.Trail;
import org.gatehouse.governance.DurableAdminTrail;
import org.gatehouse.store.DataDirectory;
import org.gatehouse.store.Database;
import org.gatehouse.store.Ids;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.StoreFailure;

/** {@code gatehouse admin-token}: the token that opens the admin API, from the box's own shell. */
@Command(name = "admin-token", mixinStandardHelpOptions = true, description = "The token that opens the admin API.", subcommands = AdminTokenCommand.Reset.class)
final class AdminTokenCommand {

    private AdminTokenCommand() {}

    /**
     * {@code gatehouse admin-token reset}: a new token for a box whose own was lost. Who may write the data directory of
     * a stopped box may do this, nobody else; the trail tells of it.
     */
    @Command(name = "reset", mixinStandardHelpOptions = true, description = {
            "Makes a new admin token and ends all others. Stop the daemon first, and run this as its user.",
            "The token is written to the file admin-token in the data directory; the trail records the reset."}, footer = {
                    "", "Example:",
                    "  sudo -u gatehouse gatehouse admin-token reset --data /var/lib/gatehouse"})
    static final class Reset implements Callable<Integer> {
        private static final Duration LONGEST_CATCH_UP = Duration.ofSeconds(30);

        @Mixin
        private final StoppedBox box = new StoppedBox();

        @CommandLine.Spec
        private CommandLine.Model.@Nullable CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            Settings settings = box.settings();
            Path directory = box.directory(settings);
            // Before anything is opened: opening makes what is missing, and files of the wrong owner stop the daemon.
            requireAccess(directory);
            requireBox(directory);
            requireOwner(directory);
            reset(directory, settings);
            PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
            out.println("The new admin token is in " + directory.resolve(AdminTokens.FILE)
                    + "; no other one is valid any more. Start the daemon.");
            return 0;
        }

        private static void reset(Path directory, Settings settings) {
            Clock clock = Clock.systemUTC();
            Ids ids = new Ids();
            SecureRandom random = new SecureRandom();
            try (DataDirectory held = DataDirectory.open(directory);
                    Database database = Database.open(settings.database().toStore(held.database()));
                    Trail trail = Lasting.openTrail(held, settings, database,
                            SecretBox.open(database, held.secret(), random, clock), clock, ids)) {
                AdminTokens.reset(database, held.root(), new DurableAdminTrail(trail, database), clock, ids, random);
                trail.flush(LONGEST_CATCH_UP);
            }
        }

        private static void requireAccess(Path directory) throws IOException {
            if (Files.isDirectory(directory) && !(Files.isWritable(directory) && Files.isExecutable(directory))) {
                String owner = Files.getOwner(directory).getName();
                throw new StoreFailure(
                        directory + " belongs to " + owner + " and is closed to this user. Run the command as "
                                + owner + ": sudo -u " + owner + " gatehouse admin-token reset.");
            }
        }

        private static void requireBox(Path directory) {
            if (!Files.isDirectory(directory.resolve("journal"))) {
                throw new StoreFailure("There is no box in " + directory
                        + ". Name its data directory with --data, or its settings with --config.");
            }
        }

        private static void requireOwner(Path directory) throws IOException {
            UserPrincipal owner = Files.getOwner(directory);
            Path probe = Files.createTempFile(directory, "owner-", null);
            UserPrincipal self;
            try {
                self = Files.getOwner(probe);
            } finally {
                Files.delete(probe);
            }
            if (!owner.equals(self)) {
                throw new StoreFailure(directory + " belongs to " + owner.getName() + " and this command runs as "
                        + self.getName() + ", whose files the daemon could not read. Run it as " + owner.getName()
                        + ": sudo -u " + owner.getName() + " gatehouse admin-token reset.");
            }
        }
    }
}
