package org.gatehouse.simulated;

import java.io.IOException;

/** The responses surface, plain and streamed. Nothing is stored: an id of a former response is not known later. */
final class ResponsesSurface implements Surface {

    @Override
    public void serve(Exchange exchange) throws IOException, Refused {
        Engine engine = exchange.engine();
        PromptTokens tokens = engine.tellsCachedTokens() ? PromptTokens.withBlocks() : PromptTokens.counting();
        GenerationRequest request;
        try (JsonReader json = new JsonReader(engine.json(), exchange.request())) {
            request = ResponsesRequestReader.read(json, tokens);
        }
        try (Generation generation = Generation.begin(exchange, request, 1)) {
            ResponseObject response = new ResponseObject(exchange, request, generation);
            if (request.stream) {
                new ResponseStream(exchange, request, generation, response).run();
            } else {
                generation.awaitAll();
                Bytes out = exchange.scratch();
                response.write(response.finalStatus(), true, out);
                generation.completed();
                Faults.sendWhole(exchange, request.directive, out);
            }
        }
    }
}
