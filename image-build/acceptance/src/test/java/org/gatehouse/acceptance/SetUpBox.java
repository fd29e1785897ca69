package org.gatehouse.acceptance;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

import org.gatehouse.acceptance.machine.Disk;

/**
 * A box that was set up and switched off.
 *
 * @param disk which must not be written to: rounds work on layers over it
 * @param firmwareVariables what its firmware remembers
 * @param fingerprint of its certificate
 * @param key of a project
 * @param providerPort where it expects the provider on this machine
 */
record SetUpBox(Disk disk, Path firmwareVariables, String fingerprint, String key, int providerPort) {

    /** The one that lies in a folder. */
    static SetUpBox in(Path folder) throws IOException {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(folder.resolve("box.properties"))) {
            properties.load(in);
        }
        return new SetUpBox(new Disk(folder.resolve("disk.qcow2"), Disk.Format.QCOW2, Disk.Cache.UNSAFE),
                folder.resolve("firmware.variables"), properties.getProperty("fingerprint"),
                properties.getProperty("key"), Integer.parseInt(properties.getProperty("providerPort")));
    }
}
