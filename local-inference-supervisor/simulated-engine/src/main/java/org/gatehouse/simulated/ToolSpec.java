package org.gatehouse.simulated;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A function that a request offers to the model.
 *
 * @param name its name
 * @param parameters the JSON schema of its arguments
 */
record ToolSpec(String name, JsonNode parameters) {}
