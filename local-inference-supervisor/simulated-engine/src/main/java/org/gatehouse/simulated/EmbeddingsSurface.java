package org.gatehouse.simulated;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/**
 * Embeddings of unit length. A text's vector is the sum of fixed vectors of its tokens, so equal texts have equal vectors
 * and similar texts have near ones.
 */
final class EmbeddingsSurface implements Surface {
    private static final int DEFAULT_DIMENSIONS = 256;
    private static final int MOST_DIMENSIONS = 8192;

    @Override
    public void serve(Exchange exchange) throws IOException, Refused {
        Engine engine = exchange.engine();
        GenerationRequest request = new GenerationRequest();
        request.inputOnly = true;
        int dimensions = DEFAULT_DIMENSIONS;
        boolean base64 = false;
        try (JsonReader json = new JsonReader(engine.json(), exchange.request())) {
            json.begin();
            for (String name = json.field(); name != null; name = json.field()) {
                switch (name) {
                    case "input" -> InputReader.read(json, name, engine, request);
                    case "dimensions" -> dimensions = SharedFields.bounded(name,
                            json.integer(name, DEFAULT_DIMENSIONS), 1, MOST_DIMENSIONS);
                    case "encoding_format" -> base64 = !json.isNull() && base64(json.text(name));
                    default -> SharedFields.read(json, name, request);
                }
            }
            json.end();
        }
        if (request.prompts.isEmpty()) {
            throw new Refused(Problem.missing("input"));
        }
        request.directive = Directive.in(request.promptTexts.getLast());
        try (Generation generation = Generation.begin(exchange, request, 1)) {
            generation.awaitInput();
            Bytes out = exchange.scratch().ascii("{\"id\":\"embd-").escaped(exchange.entry().id());
            out.ascii("\",\"object\":\"list\",\"created\":").number(engine.epochMillis() / 1000);
            out.ascii(",\"model\":").quoted(engine.servedName());
            out.ascii(",\"system_fingerprint\":\"simulated\",\"data\":[");
            for (int i = 0; i < request.promptTexts.size(); i++) {
                out.ascii(i > 0 ? "," : "").ascii("{\"index\":").number(i);
                out.ascii(",\"object\":\"embedding\",\"embedding\":");
                write(vector(request.promptTexts.get(i), dimensions), base64, out);
                out.put('}');
            }
            out.put(']');
            if (request.directive.fault() != Fault.NO_USAGE) {
                out.ascii(",\"usage\":");
                generation.usage().writeForInput(engine.personality(), request.directive, out);
            }
            out.put('}');
            generation.completed();
            Faults.sendWhole(exchange, request.directive, out);
        }
    }

    private static boolean base64(String format) throws Refused {
        return switch (format) {
            case "float" -> false;
            case "base64" -> true;
            default -> throw new Refused(Problem.badRequest("Unknown encoding_format `" + format
                    + "`. Use float or base64.", "encoding_format"));
        };
    }

    static float[] vector(String text, int dimensions) {
        double[] sum = new double[dimensions];
        Tokenizer.split(text, token -> {
            long state = (token + 1) * 0x9E3779B97F4A7C15L;
            state = (state ^ state >>> 30) * 0xBF58476D1CE4E5B9L;
            for (int i = 0; i < dimensions; i++) {
                // A xorshift generator: cheap, and the same on every machine.
                state ^= state << 13;
                state ^= state >>> 7;
                state ^= state << 17;
                sum[i] += (double) state / Long.MAX_VALUE;
            }
        });
        double square = 0;
        for (double component : sum) {
            square += component * component;
        }
        double length = square == 0 ? 1 : Math.sqrt(square);
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) (sum[i] / length);
        }
        return vector;
    }

    private static void write(float[] vector, boolean base64, Bytes out) {
        if (base64) {
            ByteBuffer bytes = ByteBuffer.allocate(vector.length * 4).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(vector);
            out.put('"').put(Base64.getEncoder().encode(bytes.array())).put('"');
            return;
        }
        out.put('[');
        for (int i = 0; i < vector.length; i++) {
            out.ascii(i > 0 ? "," : "").ascii(Float.toString(vector[i]));
        }
        out.put(']');
    }
}
