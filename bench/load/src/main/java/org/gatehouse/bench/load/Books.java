package org.gatehouse.bench.load;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Mode {@code books}: holds the calls that a race wrote down against the gateway's audit rows and usage, and against the
 * simulated engine's ledger. A completed call must have exactly one row; the rows must add up to the usage; and usage must
 * not pass the quota.
 */
final class Books {
    static final Set<String> OPTIONS = Set.of("calls", "admin", "admin-token", "audit-query", "usage-query", "ledger",
            "quota", "counts", "fact", "label");
    private static final int MOST_PAGES = 10_000;

    private final Arguments arguments;
    private final Target admin;
    private final Set<String> rowIds = new HashSet<>();
    private final Map<String, Integer> rowsByRequest = new HashMap<>();
    private final Map<String, Long> outputByRequest = new HashMap<>();
    private final long quota;
    private long doubleRows;
    private long rows;
    private long input;
    private long output;

    private Books(Arguments arguments) {
        this.arguments = arguments;
        this.quota = (long) arguments.number("quota", -1, 0, Long.MAX_VALUE);
        this.admin = Target.parse(arguments.required("admin"), "/", arguments.optional("admin-token"));
    }

    static Result run(Arguments arguments) throws IOException {
        return new Books(arguments).check();
    }

    private Result check() throws IOException {
        readRows();
        Result result = new Result("books", arguments.pairs("label"));
        arguments.pairs("fact").forEach((name, value) -> result.count(name, Long.parseLong(value)));
        holdAgainstCalls(result);
        result.count("rows", rows);
        result.count("double_rows", doubleRows);
        result.count("rows_input_tokens", input);
        result.count("rows_output_tokens", output);
        Target usage = admin.at("/api/v1/usage" + query(arguments.text("usage-query", "")));
        long usageInput = 0;
        long usageOutput = 0;
        for (JsonObject line : HttpGet.get(usage).object(usage).objects("lines")) {
            usageInput += line.whole("inputTokens", 0);
            usageOutput += line.whole("outputTokens", 0);
        }
        result.count("usage_input_tokens", usageInput);
        result.count("usage_output_tokens", usageOutput);
        result.count("usage_differs_tokens", Math.abs(usageInput - input) + Math.abs(usageOutput - output));
        holdAgainstQuota(result);
        holdAgainstLedger(result);
        return result;
    }

    private static String query(String query) {
        return query.isEmpty() ? "" : "?" + query;
    }

    private void readRows() throws IOException {
        String fixed = arguments.text("audit-query", "");
        String cursor = null;
        for (int page = 0; page < MOST_PAGES; page++) {
            String query = fixed + (fixed.isEmpty() ? "" : "&") + "limit=1000"
                    + (cursor == null ? "" : "&after=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8));
            Target place = admin.at("/api/v1/audit" + query(query));
            JsonObject answer = HttpGet.get(place).object(place);
            answer.objects("items").forEach(this::row);
            cursor = answer.text("next");
            if (cursor == null) {
                return;
            }
        }
        throw new IOException("the audit trail has more than " + MOST_PAGES + " pages; narrow it by --audit-query");
    }

    private void row(JsonObject row) {
        String request = row.text("record.requestId");
        if (request == null) {
            return;
        }
        rows++;
        doubleRows += rowIds.add(Objects.requireNonNullElse(row.text("record.id"), "")) ? 0 : 1;
        rowsByRequest.merge(request, 1, Integer::sum);
        input += row.whole("record.usage.inputTokens", 0);
        output += row.whole("record.usage.outputTokens", 0);
        outputByRequest.put(request, row.whole("record.usage.outputTokens", 0));
    }

    private void holdAgainstCalls(Result result) throws IOException {
        long completed = 0;
        long missing = 0;
        long twice = 0;
        long wrong = 0;
        long received = 0;
        for (String file : arguments.all("calls")) {
            for (String line : Files.readAllLines(Path.of(file))) {
                JsonObject call = Json.readObject(line);
                if (!"completed".equals(call.text("end"))) {
                    continue;
                }
                completed++;
                long tokens = call.whole("output_tokens", 0);
                received += tokens;
                String id = Objects.requireNonNullElse(call.text("id"), "");
                int found = rowsByRequest.getOrDefault(id, 0);
                wrong += outputByRequest.getOrDefault(id, tokens) == tokens ? 0 : 1;
                missing += found == 0 ? 1 : 0;
                twice += found > 1 ? 1 : 0;
            }
        }
        doubleRows += twice;
        result.count("completed", completed);
        result.count("missing_rows", missing);
        result.count("wrong_usage_rows", wrong);
        result.count("received_output_tokens", received);
    }

    private void holdAgainstQuota(Result result) {
        if (quota >= 0) {
            long used = switch (arguments.text("counts", "total")) {
                case "input" -> input;
                case "output" -> output;
                case "total" -> input + output;
                default -> throw new UsageException("--counts takes input, output or total");
            };
            result.count("quota_tokens", quota);
            result.count("used_tokens", used);
            result.count("overshoot_tokens", Math.max(0, used - quota));
            result.count("leaked_tokens", Math.max(0, quota - used));
        }
    }

    private void holdAgainstLedger(Result result) throws IOException {
        String place = arguments.optional("ledger");
        if (place != null) {
            Target ledger = Target.parse(place, "/simulated/ledger", null);
            JsonObject totals = HttpGet.get(ledger).object(ledger);
            result.count("ledger_prompt_tokens", totals.whole("totals.prompt_tokens", 0));
            long produced = totals.whole("totals.output_tokens", 0);
            result.count("ledger_output_tokens", produced);
            if (quota >= 0 && arguments.text("counts", "total").equals("output")) {
                result.count("unbilled_tokens", Math.max(0, produced - quota));
            }
        }
    }
}
