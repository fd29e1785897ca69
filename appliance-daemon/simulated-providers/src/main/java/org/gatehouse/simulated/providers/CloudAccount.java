package org.gatehouse.simulated.providers;

import org.jspecify.annotations.Nullable;

/**
 * What Bedrock and Vertex know a caller by.
 *
 * @param accessKeyId of AWS
 * @param secretAccessKey of AWS
 * @param sessionToken of AWS, for temporary credentials; null when there is none
 * @param region of AWS, part of every signature
 * @param project of Google Cloud
 * @param location of Google Cloud
 */
public record CloudAccount(String accessKeyId, String secretAccessKey, @Nullable String sessionToken, String region,
        String project, String location) {

    /** Names that nobody can mistake for real ones. */
    public static final CloudAccount USUAL = new CloudAccount("SIMULATEDKEYID", "simulated-secret-key", null,
            "us-east-1", "simulated-project", "us-central1");
}
