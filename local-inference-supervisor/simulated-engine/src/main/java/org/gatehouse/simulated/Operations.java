package org.gatehouse.simulated;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The surfaces for whoever runs the engine: health, version, load, metrics, models, the ledger. */
final class Operations {
    private final Engine engine;
    private final long createdSeconds;

    Operations(Engine engine) {
        this.engine = engine;
        createdSeconds = engine.epochMillis() / 1000;
    }

    /** 200 without a body, whatever the method, as vLLM does; 503 when the engine behind the server is dead. */
    void health(Exchange exchange) throws IOException {
        exchange.reply().whole(engine.condition().dead() ? 503 : 200, "", exchange.scratch());
    }

    void version(Exchange exchange) throws IOException {
        exchange.json(200, exchange.scratch().ascii("{\"version\":\"" + engine.release().shown() + "\"}"));
    }

    void load(Exchange exchange) throws IOException {
        exchange.json(200, exchange.scratch().ascii("{\"server_load\":").number(engine.metrics().load()).put('}'));
    }

    void metrics(Exchange exchange) throws IOException {
        Bytes out = exchange.scratch();
        new MetricsText(engine).write(out);
        exchange.reply().whole(200, "text/plain; version=0.0.4; charset=utf-8", out);
    }

    void models(Exchange exchange) throws IOException {
        Bytes out = exchange.scratch().ascii("{\"object\":\"list\",\"data\":[");
        String separator = "";
        for (String name : engine.options().servedModelNames()) {
            out.ascii(separator);
            model(name, engine.options().model(), false, out);
            separator = ",";
        }
        for (Map.Entry<String, String> adapter : engine.adapters().paths().entrySet()) {
            out.ascii(separator);
            model(adapter.getKey(), adapter.getValue(), true, out);
            separator = ",";
        }
        exchange.json(200, out.ascii("]}"));
    }

    void oneModel(Exchange exchange) throws IOException, Refused {
        String encoded = exchange.request().path().substring(Router.ONE_MODEL.length());
        String name;
        try {
            name = URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            name = encoded;
        }
        String adapter = engine.adapters().paths().get(name);
        if (adapter == null && !engine.options().servedModelNames().contains(name)) {
            throw new Refused(Problem.unknownModel(name));
        }
        Bytes out = exchange.scratch();
        model(name, adapter == null ? engine.options().model() : adapter, adapter != null, out);
        exchange.json(200, out);
    }

    private void model(String name, String root, boolean adapter, Bytes out) {
        out.ascii("{\"id\":").quoted(name).ascii(",\"object\":\"model\",\"created\":").number(createdSeconds);
        out.ascii(",\"owned_by\":\"simulated\"");
        if (engine.playsVllm()) {
            out.ascii(",\"root\":").quoted(root).ascii(",\"parent\":");
            if (adapter) {
                // A card of an adapter names its base, and no length of its own.
                out.quoted(engine.servedName()).ascii(",\"max_model_len\":null");
            } else {
                out.ascii("null,\"max_model_len\":").number(engine.options().maxModelLength());
            }
            out.ascii(",\"permission\":[{\"id\":\"modelperm-simulated\",");
            out.ascii("\"object\":\"model_permission\",\"created\":").number(createdSeconds);
            out.ascii(",\"allow_create_engine\":false,\"allow_sampling\":true,\"allow_logprobs\":true,");
            out.ascii("\"allow_search_indices\":false,\"allow_view\":true,\"allow_fine_tuning\":false,");
            out.ascii("\"organization\":\"*\",\"group\":null,\"is_blocking\":false}]");
        }
        out.put('}');
    }

    void ledger(Exchange exchange) throws IOException {
        Bytes out = new Bytes(4096);
        engine.ledger().write(out);
        exchange.json(200, out);
    }
}
