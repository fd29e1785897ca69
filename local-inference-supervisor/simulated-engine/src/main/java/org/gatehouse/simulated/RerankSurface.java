package org.gatehouse.simulated;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

/** Ranks documents by the share of the query's tokens that they have. */
final class RerankSurface implements Surface {

    private record Ranked(int index, String document, double score) {}

    @Override
    public void serve(Exchange exchange) throws IOException, Refused {
        Engine engine = exchange.engine();
        GenerationRequest request = new GenerationRequest();
        request.inputOnly = true;
        String query = null;
        List<String> documents = new ArrayList<>();
        int best = 0;
        try (JsonReader json = new JsonReader(engine.json(), exchange.request())) {
            json.begin();
            for (String name = json.field(); name != null; name = json.field()) {
                switch (name) {
                    case "query" -> query = json.text(name);
                    case "documents" -> documents(json, documents);
                    case "top_n" -> best = json.integer(name, 0);
                    default -> SharedFields.read(json, name, request);
                }
            }
            json.end();
        }
        if (query == null) {
            throw new Refused(Problem.missing("query"));
        }
        if (documents.isEmpty()) {
            throw new Refused(Problem.missing("documents"));
        }
        request.directive = Directive.in(query);
        // A cross-encoder reads the query anew with each document.
        for (String document : documents) {
            PromptTokens tokens = PromptTokens.counting();
            Tokenizer.split(query, tokens);
            Tokenizer.split(document, tokens);
            request.prompts.add(tokens);
        }
        try (Generation generation = Generation.begin(exchange, request, 1)) {
            generation.awaitInput();
            Bytes out = exchange.scratch().ascii("{\"id\":\"rerank-").escaped(exchange.entry().id());
            out.ascii("\",\"model\":").quoted(engine.servedName()).ascii(",\"system_fingerprint\":\"simulated\"");
            if (request.directive.fault() != Fault.NO_USAGE) {
                out.ascii(",\"usage\":");
                generation.usage().writeForInput(engine.personality(), request.directive, out);
            }
            results(ranked(query, documents, best), out);
            generation.completed();
            Faults.sendWhole(exchange, request.directive, out);
        }
    }

    private static void documents(JsonReader json, List<String> documents) throws IOException, Refused {
        json.needArray("documents");
        for (JsonNode document : json.tree()) {
            JsonNode text = document.isObject() ? document.path("text") : document;
            if (!text.isTextual()) {
                throw new Refused(Problem.wrongType("documents." + documents.size(), "string"));
            }
            documents.add(text.asText());
        }
    }

    private static List<Ranked> ranked(String query, List<String> documents, int best) {
        Set<Integer> wanted = new HashSet<>();
        Tokenizer.split(query, wanted::add);
        List<Ranked> ranked = new ArrayList<>();
        for (int i = 0; i < documents.size(); i++) {
            Set<Integer> found = new HashSet<>();
            Tokenizer.split(documents.get(i), found::add);
            found.retainAll(wanted);
            ranked.add(new Ranked(i, documents.get(i), wanted.isEmpty() ? 0 : (double) found.size() / wanted.size()));
        }
        ranked.sort(Comparator.comparingDouble(Ranked::score).reversed());
        return best > 0 && best < ranked.size() ? ranked.subList(0, best) : ranked;
    }

    private static void results(List<Ranked> ranked, Bytes out) {
        out.ascii(",\"results\":[");
        String separator = "";
        for (Ranked one : ranked) {
            out.ascii(separator).ascii("{\"index\":").number(one.index());
            out.ascii(",\"document\":{\"text\":").quoted(one.document());
            out.ascii("},\"relevance_score\":").ascii(Double.toString(one.score())).put('}');
            separator = ",";
        }
        out.ascii("]}");
    }
}
