package org.gatehouse.machine.encryption;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.agent.Verb;

/** What the agent does about the recovery key. The key is in no log and in no message of an error. Thread-safe. */
public final class EncryptionVerbs {
    static final String SHOW = "encryption.show-key";
    static final String KEEP = "encryption.keep-key";
    static final String RENEW = "encryption.new-key";
    /** As systemd-cryptenroll makes them: 256 bits in letters that every keyboard has at the same place. */
    private static final Pattern KEY = Pattern.compile("(?:[cbdefghijklnrtuv]{8}-){7}[cbdefghijklnrtuv]{8}");
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final EncryptionFiles files;
    private final Path scratch;
    private final Programs programs;

    /** Of the machine below that root. */
    public EncryptionVerbs(Path root, Programs programs) {
        this.files = new EncryptionFiles(root);
        this.scratch = root.resolve("run/gatehouse-data/current-key");
        this.programs = programs;
    }

    /**
     * {@code encryption.show-key}: the recovery key, while nobody keeps it. {@code encryption.keep-key}: somebody does, and typed it
     * again; the box forgets it. {@code encryption.new-key}: another one in place of the one there is.
     */
    public List<Verb> all() {
        return List.of(Verb.looking(SHOW, (_, _) -> show()), Verb.changing(KEEP, (asked, _) -> keep(asked)),
                Verb.changing(RENEW, (asked, _) -> renew(asked)));
    }

    private ObjectNode show() throws Refused, IOException {
        return object().put("key", waiting());
    }

    private String waiting() throws Refused, IOException {
        partition();
        if (!Files.exists(files.recoveryKey())) {
            throw new Refused("recovery_key_kept", "Somebody keeps the recovery key, and the box does not have it any"
                    + " more. If it was lost, make a new one.");
        }
        return Files.readString(files.recoveryKey()).strip();
    }

    private String partition() throws Refused, IOException {
        return files.partition().orElseThrow(() -> new Refused("not_encrypted",
                "The data of this box are not encrypted, so there is no recovery key."));
    }

    private ObjectNode keep(JsonNode asked) throws Refused, IOException, InterruptedException {
        byte[] key = waiting().getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(key, normal(asked.path("typed").asText()).getBytes(StandardCharsets.UTF_8))) {
            throw new Refused("recovery_key_wrong", "That is not the recovery key that waits to be kept. Compare what"
                    + " you wrote down with what the box shows.");
        }
        // First the one, then the other: a power cut in between shows the key once more.
        Files.write(files.kept(), new byte[0], StandardOpenOption.CREATE);
        sync(files.kept());
        Files.delete(files.recoveryKey());
        sync(files.kept());
        return object();
    }

    private ObjectNode renew(JsonNode asked) throws Refused, IOException, InterruptedException {
        String partition = partition();
        String current = normal(asked.path("current").asText());
        List<String> command = new ArrayList<>(
                List.of("systemd-cryptenroll", "--recovery-key", "--wipe-slot=recovery"));
        boolean kept = Files.deleteIfExists(files.kept());
        try {
            if (current.isEmpty()) {
                command.add("--unlock-tpm2-device=auto");
            } else {
                write(scratch, current);
                command.add("--unlock-key-file=" + scratch);
            }
            command.add(partition);
            Programs.Ended ended = programs.run(command, LONGEST);
            Matcher key = KEY.matcher(ended.output());
            if (ended.status() != 0 || !key.find()) {
                throw new Refused("recovery_key_not_made", current.isEmpty()
                        ? "The TPM does not open the data, so it can't make a new key. Give the recovery key that is good now."
                        : "The key that was given does not open the data.");
            }
            kept = false;
            write(files.recoveryKey(), key.group() + "\n");
            sync(files.recoveryKey());
            return object().put("key", key.group());
        } finally {
            Files.deleteIfExists(scratch);
            if (kept) {
                Files.write(files.kept(), new byte[0], StandardOpenOption.CREATE);
            }
        }
    }

    /** Whatever somebody did with dashes, spaces and capitals. */
    private static String normal(String typed) {
        String letters = typed.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
        return letters.replaceAll("(.{8})(?!$)", "$1-");
    }

    private static void write(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh,
                PosixFilePermissions.asFileAttribute(Set.copyOf(PosixFilePermissions.fromString("rw-------"))));
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private void sync(Path file) throws IOException, InterruptedException {
        programs.must(LONGEST, "sync", "-f", file.toString());
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
