package org.gatehouse.governance;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.CacheTerms;

/**
 * How the answers of a public model are kept, for the same question asked again by a key whose policy allows it.
 *
 * @param ttlSeconds for how long
 * @param largestEntryBytes of memory
 * @param sharing whose keys are given each other's answers
 */
public record ModelCache(
        @About(value = "For how many seconds an answer is given again.", fallback = "3600", min = 1, max = 31_536_000) int ttlSeconds,
        @About(value = "What one kept answer may take of memory, in bytes.", fallback = "65536", min = 1024, max = CacheTerms.LARGEST_ENTRY) int largestEntryBytes,
        @About(value = "Whose keys are given each other's answers: key is the key's own only, project and department share.", fallback = "\"key\"") CacheTerms.Sharing sharing,
        @About(value = "Whether answers are kept too that were drawn by chance: of a temperature that is not 0, without a seed.", fallback = "false") boolean anyTemperature) {

    static @Nullable ModelCache read(ResultSet row) throws SQLException {
        Integer ttl = row.getObject("cache_ttl_seconds", Integer.class);
        return ttl == null
                ? null
                : new ModelCache(ttl, row.getInt("cache_largest_bytes"),
                        Columns.constant(row, "cache_sharing", CacheTerms.Sharing.class),
                        row.getBoolean("cache_any_temperature"));
    }

    static Update bind(@Nullable ModelCache cache, Update update) {
        return update.bindByType("cacheTtl", cache == null ? null : cache.ttlSeconds(), Integer.class)
                .bindByType("cacheLargest", cache == null ? null : cache.largestEntryBytes(), Integer.class)
                .bind("cacheSharing", cache == null ? null : cache.sharing().name())
                .bindByType("cacheAny", cache == null ? null : cache.anyTemperature(), Boolean.class);
    }

    static CacheTerms terms(@Nullable ModelCache cache) {
        return cache == null
                ? CacheTerms.OFF
                : new CacheTerms(true, Duration.ofSeconds(cache.ttlSeconds), cache.largestEntryBytes, cache.sharing,
                        cache.anyTemperature);
    }
}
