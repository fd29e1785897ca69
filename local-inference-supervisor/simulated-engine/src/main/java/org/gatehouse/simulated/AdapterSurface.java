package org.gatehouse.simulated;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import com.fasterxml.jackson.databind.JsonNode;

/** Loads and unloads LoRA adapters. Success is a line of text, not JSON, as vLLM has it. */
final class AdapterSurface {

    void load(Exchange exchange) throws IOException, Refused {
        JsonNode body = exchange.jsonBody();
        String name = body.path("lora_name").asText("");
        String path = body.path("lora_path").asText("");
        if (name.isEmpty() || path.isEmpty()) {
            throw invalid("Both 'lora_name' and 'lora_path' must be provided.");
        }
        if (path.startsWith("/") && !Files.isDirectory(Path.of(path))) {
            throw new Refused(new Problem(404, "NotFoundError", null,
                    "Loading lora " + name + " failed: No adapter found for " + path, null));
        }
        if (!exchange.engine().adapters().load(name, path, body.path("load_inplace").asBoolean())) {
            throw invalid("The lora adapter '" + name + "' has already been loaded. If you want to load the adapter in"
                    + " place, set 'load_inplace' to True.");
        }
        text(exchange, "Success: LoRA adapter '" + name + "' added successfully.");
    }

    void unload(Exchange exchange) throws IOException, Refused {
        String name = exchange.jsonBody().path("lora_name").asText("");
        if (name.isEmpty()) {
            throw invalid("'lora_name' needs to be provided to unload a LoRA adapter.");
        }
        if (!exchange.engine().adapters().unload(name)) {
            throw new Refused(new Problem(404, "NotFoundError", null,
                    "The lora adapter '" + name + "' cannot be found.", null));
        }
        text(exchange, "Success: LoRA adapter '" + name + "' removed successfully.");
    }

    private static Refused invalid(String message) {
        return new Refused(new Problem(400, "InvalidUserInput", null, message, null));
    }

    private static void text(Exchange exchange, String words) throws IOException {
        exchange.reply().whole(200, "text/plain; charset=utf-8", exchange.scratch().put(Bytes.of(words)));
    }
}
