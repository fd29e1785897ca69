package org.gatehouse.machine.encryption;

import java.io.IOException;
import java.nio.file.Path;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;

/**
 * The encryption of the box's data, as the daemon sees it. Thread-safe.
 *
 * @param root where the machine's files are, {@code /} but in tests
 */
public record DataEncryption(AgentClient agent, Path root) {

    /** How it stands. Asks nobody. */
    public EncryptionState state() {
        return agent.present() ? new EncryptionFiles(root).state() : EncryptionState.unsupported();
    }

    /** The recovery key, while nobody keeps it. */
    public String recoveryKey() throws Refused, IOException {
        return ask(EncryptionVerbs.SHOW, JsonNodeFactory.instance.objectNode()).path("key").asText();
    }

    /** Somebody keeps the recovery key, and typed it as a sign; from now on the box does not have it. */
    public void keep(String typed) throws Refused, IOException {
        ask(EncryptionVerbs.KEEP, JsonNodeFactory.instance.objectNode().put("typed", typed));
    }

    /**
     * Makes a new recovery key; the one before opens nothing any more.
     *
     * @param current the one before, where no TPM opens the data; empty otherwise
     */
    public String renew(String current) throws Refused, IOException {
        return ask(EncryptionVerbs.RENEW, JsonNodeFactory.instance.objectNode().put("current", current)).path("key")
                .asText();
    }

    private ObjectNode ask(String verb, ObjectNode asked) throws Refused, IOException {
        if (!agent.present()) {
            throw new Refused("no_appliance", "The operating system of this machine is somebody else's, so its disk is"
                    + " encrypted, or not, by that system.");
        }
        return agent.ask(verb, asked, Progress.NONE);
    }
}
