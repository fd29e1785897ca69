package org.gatehouse.usage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

import org.gatehouse.audit.CallProjection;
import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Caller;

/**
 * Adds each batch of calls to the rollups: first in memory, then one {@code MERGE} a touched row, so that a thousand
 * calls of one key cost three statements. Confined to the trail's writer thread.
 */
public final class UsageRollups implements CallProjection {
    private static final String MERGE = """
            MERGE INTO usage_rollup t
            USING (VALUES (CAST(? AS SMALLINT), CAST(? AS BIGINT), CAST(? AS UUID), CAST(? AS UUID), CAST(? AS UUID),
                CAST(? AS UUID), CAST(? AS VARCHAR(200)), CAST(? AS VARCHAR(200)), CAST(? AS VARCHAR(200)),
                CAST(? AS VARCHAR(3)), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT),
                CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT),
                CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS NUMERIC(38, 18)),
                CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS NUMERIC(38, 18)), CAST(? AS BIGINT),
                CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT)))
            AS s (grain, bucket, department_id, project_id, user_id, key_id, scenario, model, upstream, currency, calls,
                refusals, failures, estimated, input_tokens, output_tokens, cached_tokens, cache_writes, reasoning,
                audio_millis, images, characters, cost, cache_hits, saved_tokens, saved_cost, long_cache_writes,
                audio_input_tokens, image_input_tokens, audio_output_tokens, image_output_tokens)
            ON t.grain = s.grain AND t.bucket = s.bucket AND t.department_id = s.department_id
                AND t.project_id = s.project_id AND t.user_id = s.user_id AND t.key_id = s.key_id
                AND t.scenario = s.scenario AND t.model = s.model AND t.upstream = s.upstream
                AND t.currency = s.currency
            WHEN MATCHED THEN UPDATE SET calls = t.calls + s.calls, refusals = t.refusals + s.refusals,
                failures = t.failures + s.failures, estimated = t.estimated + s.estimated,
                input_tokens = t.input_tokens + s.input_tokens, output_tokens = t.output_tokens + s.output_tokens,
                cached_tokens = t.cached_tokens + s.cached_tokens, cache_writes = t.cache_writes + s.cache_writes,
                reasoning = t.reasoning + s.reasoning, audio_millis = t.audio_millis + s.audio_millis,
                images = t.images + s.images, characters = t.characters + s.characters, cost = t.cost + s.cost,
                cache_hits = t.cache_hits + s.cache_hits, saved_tokens = t.saved_tokens + s.saved_tokens,
                saved_cost = t.saved_cost + s.saved_cost, long_cache_writes = t.long_cache_writes + s.long_cache_writes,
                audio_input_tokens = t.audio_input_tokens + s.audio_input_tokens,
                image_input_tokens = t.image_input_tokens + s.image_input_tokens,
                audio_output_tokens = t.audio_output_tokens + s.audio_output_tokens,
                image_output_tokens = t.image_output_tokens + s.image_output_tokens
            WHEN NOT MATCHED THEN INSERT (grain, bucket, department_id, project_id, user_id, key_id, scenario, model,
                upstream, currency, calls, refusals, failures, estimated, input_tokens, output_tokens, cached_tokens,
                cache_writes, reasoning, audio_millis, images, characters, cost, cache_hits, saved_tokens, saved_cost,
                long_cache_writes, audio_input_tokens, image_input_tokens, audio_output_tokens, image_output_tokens)
            VALUES (s.grain, s.bucket, s.department_id, s.project_id, s.user_id, s.key_id, s.scenario, s.model,
                s.upstream, s.currency, s.calls, s.refusals, s.failures, s.estimated, s.input_tokens, s.output_tokens,
                s.cached_tokens, s.cache_writes, s.reasoning, s.audio_millis, s.images, s.characters, s.cost,
                s.cache_hits, s.saved_tokens, s.saved_cost, s.long_cache_writes, s.audio_input_tokens, s.image_input_tokens,
                s.audio_output_tokens, s.image_output_tokens)""";
    private static final String NAME = """
            MERGE INTO usage_name t USING (VALUES (CAST(? AS UUID), CAST(? AS VARCHAR(200)))) AS s (id, name)
            ON t.id = s.id
            WHEN MATCHED THEN UPDATE SET name = s.name
            WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)""";

    private final ScenarioBound scenarios = new ScenarioBound();

    @Override
    public void apply(Connection connection, List<CallRecord> calls) throws SQLException {
        Map<Bucket, Sums> minutes = new HashMap<>();
        Set<Caller> callers = Collections.newSetFromMap(new IdentityHashMap<>());
        for (CallRecord call : calls) {
            String scenario = scenarios.of(connection, call);
            minutes.merge(Bucket.of(Grain.MINUTE, call, scenario), Sums.of(call), Sums::plus);
            Caller caller = call.caller();
            if (caller != null) {
                callers.add(caller);
            }
        }
        Map<Bucket, Sums> touched = new TreeMap<>(Bucket.LOCK_ORDER);
        minutes.forEach((minute, sums) -> {
            for (Grain grain : Grain.values()) {
                touched.merge(minute.in(grain), sums, Sums::plus);
            }
        });
        merge(connection, touched);
        Map<UUID, String> named = new TreeMap<>();
        callers.forEach(caller -> note(caller, named));
        if (!named.isEmpty()) {
            rename(connection, named);
        }
    }

    private static void note(Caller caller, Map<UUID, String> named) {
        named.put(caller.departmentId(), caller.departmentName());
        named.put(caller.projectId(), caller.projectName());
        named.put(caller.keyId(), caller.keyName());
        UUID user = caller.userId();
        String userName = caller.userName();
        if (user != null && userName != null) {
            named.put(user, userName);
        }
    }

    private static void merge(Connection connection, Map<Bucket, Sums> touched) throws SQLException {
        try (PreparedStatement merge = connection.prepareStatement(MERGE)) {
            for (Map.Entry<Bucket, Sums> entry : touched.entrySet()) {
                Bucket bucket = entry.getKey();
                Sums sums = entry.getValue();
                Object[] values = {bucket.grain().code(), bucket.start(), bucket.department(), bucket.project(),
                        bucket.user(), bucket.key(), bucket.scenario(), bucket.model(), bucket.upstream(),
                        bucket.currency(), sums.calls(), sums.refusals(), sums.failures(), sums.estimated(),
                        sums.inputTokens(), sums.outputTokens(), sums.cachedInputTokens(), sums.cacheWriteTokens(),
                        sums.reasoningTokens(), sums.audioMillis(), sums.images(), sums.characters(), sums.cost(),
                        sums.cacheHits(), sums.savedTokens(), sums.savedCost(), sums.longCacheWriteTokens(),
                        sums.media().audioInput(), sums.media().imageInput(), sums.media().audioOutput(),
                        sums.media().imageOutput()};
                for (int i = 0; i < values.length; i++) {
                    merge.setObject(i + 1, values[i]);
                }
                merge.addBatch();
            }
            merge.executeBatch();
        }
        UsageDigests.added(connection, touched.keySet());
    }

    private static void rename(Connection connection, Map<UUID, String> named) throws SQLException {
        try (PreparedStatement merge = connection.prepareStatement(NAME)) {
            for (Map.Entry<UUID, String> entry : named.entrySet()) {
                merge.setObject(1, entry.getKey());
                merge.setString(2, Bucket.fitting(entry.getValue()));
                merge.addBatch();
            }
            merge.executeBatch();
        }
    }
}
