package org.gatehouse.supervisor.fleet;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

import org.gatehouse.supervisor.engines.Capabilities.AdapterLoading;
import org.gatehouse.supervisor.engines.Engine;

/** Tells definitions apart that need different processes. What can change while an engine runs is not part of it. */
final class Fingerprint {
    private Fingerprint() {}

    static String of(ModelDeployment deployment) {
        boolean atStart = Engine.of(deployment.engine().kind()).capabilities().adapters() == AdapterLoading.AT_START;
        List<LoraAdapter> adapters = atStart ? deployment.adapters() : List.of();
        String all = String.join("\n", deployment.publicName(), deployment.model().toString(),
                deployment.engine().toString(), deployment.sizing().toString(), deployment.sleep().toString(),
                deployment.timing().drain().toString(), adapters.toString());
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java runtime has SHA-256", impossible);
        }
    }
}
