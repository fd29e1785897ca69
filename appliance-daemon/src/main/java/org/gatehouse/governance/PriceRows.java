package org.gatehouse.governance;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** Prices: for a model, at an upstream or any, from a date on. */
final class PriceRows implements Rows<PriceEntry, PriceDraft> {
    /**
     * Prices per million tokens outside of this range look like a price per token or per thousand: a widely used gateway
     * blocked everybody over that slip (litellm issue 20615).
     */
    private static final BigDecimal PLAUSIBLE_LEAST = new BigDecimal("0.000001");
    private static final BigDecimal PLAUSIBLE_GREATEST = new BigDecimal("10000");

    private static final String SELECT = """
            SELECT r.id, r.model_id, m.name AS model, r.upstream_id, s.name AS upstream, r.valid_from, r.currency,
                r.input_per_million, r.output_per_million, r.cached_input_per_million, r.cache_write_per_million,
                r.long_cache_write_per_million, r.audio_input_per_million, r.audio_output_per_million,
                r.image_input_per_million, r.image_output_per_million, r.per_second, r.per_image, r.per_million_characters, r.per_call, r.per_kilowatt_hour, r.per_gpu_hour,
                r.created_at, r.updated_at, r.version
            FROM price r JOIN model m ON m.id = r.model_id LEFT JOIN upstream s ON s.id = r.upstream_id
            """;

    private final Nouns nouns;

    PriceRows(Nouns nouns) {
        this.nouns = nouns;
    }

    @Override
    public String noun() {
        return "prices";
    }

    @Override
    public String one() {
        return "price";
    }

    @Override
    public List<Filter> filters() {
        return List.of(new Filter("model", UUID.class, "Only those of that model.", "r.model_id = :value"),
                new Filter("upstream", UUID.class, "Only those at that upstream.", "r.upstream_id = :value"));
    }

    @Override
    public String idColumn() {
        return "r.id";
    }

    @Override
    public List<PriceEntry> read(Handle handle, Selection selection) {
        return selection.query(handle, SELECT, "r.id").map((row, _) -> {
            BigDecimal input = Columns.amountOrNull(row, "input_per_million");
            BigDecimal output = Columns.amountOrNull(row, "output_per_million");
            return new PriceEntry(Columns.id(row, "id"), Columns.id(row, "model_id"), Columns.text(row, "model"),
                    Columns.idOrNull(row, "upstream_id"), row.getString("upstream"), Columns.time(row, "valid_from"),
                    Columns.text(row, "currency"), input, output,
                    Columns.amountOrNull(row, "cached_input_per_million"),
                    Columns.amountOrNull(row, "cache_write_per_million"),
                    Columns.amountOrNull(row, "long_cache_write_per_million"), media(row),
                    Columns.amountOrNull(row, "per_second"),
                    Columns.amountOrNull(row, "per_image"), Columns.amountOrNull(row, "per_million_characters"),
                    Columns.amountOrNull(row, "per_call"), Columns.amountOrNull(row, "per_kilowatt_hour"),
                    Columns.amountOrNull(row, "per_gpu_hour"), warning(input, output), Columns.time(row, "created_at"),
                    Columns.time(row, "updated_at"), row.getLong("version"));
        }).list();
    }

    private static @Nullable MediaPrices media(ResultSet row) throws SQLException {
        MediaPrices media = new MediaPrices(Columns.amountOrNull(row, "audio_input_per_million"),
                Columns.amountOrNull(row, "audio_output_per_million"),
                Columns.amountOrNull(row, "image_input_per_million"),
                Columns.amountOrNull(row, "image_output_per_million"));
        return media.says() ? media : null;
    }

    @Override
    public PriceDraft draft(PriceEntry stored) {
        return stored.draft();
    }

    @Override
    public PriceEntry insert(ChangeSet changes, PriceDraft draft) {
        UUID id = changes.newId();
        bind(changes, id, draft,
                changes.handle().createUpdate(
                        """
                                INSERT INTO price (id, model_id, upstream_id, valid_from, currency, input_per_million,
                                    output_per_million, cached_input_per_million, cache_write_per_million, long_cache_write_per_million,
                                    audio_input_per_million, audio_output_per_million, image_input_per_million, image_output_per_million, per_second, per_image,
                                    per_million_characters, per_call, per_kilowatt_hour, per_gpu_hour, created_at, updated_at, version)
                                VALUES (:id, :model, CAST(:upstream AS UUID), :validFrom, :currency, :input, :output, :cached, :cacheWrite, :longCacheWrite,
                                    :audioInput, :audioOutput, :imageInput, :imageOutput, :second,
                                    :image, :characters, :call, :kilowattHour, :gpuHour, :now, :now, 1)
                                """))
                .execute();
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public PriceEntry replace(ChangeSet changes, PriceEntry stored, PriceDraft draft) {
        bind(changes, stored.id(), draft, changes.handle().createUpdate("""
                UPDATE price SET model_id = :model, upstream_id = CAST(:upstream AS UUID), valid_from = :validFrom,
                    currency = :currency, input_per_million = :input, output_per_million = :output,
                    cached_input_per_million = :cached, cache_write_per_million = :cacheWrite,
                    long_cache_write_per_million = :longCacheWrite, audio_input_per_million = :audioInput,
                    audio_output_per_million = :audioOutput, image_input_per_million = :imageInput,
                    image_output_per_million = :imageOutput, per_second = :second,
                    per_image = :image, per_million_characters = :characters, per_call = :call,
                    per_kilowatt_hour = :kilowattHour, per_gpu_hour = :gpuHour, updated_at = :now,
                    version = version + 1
                WHERE id = :id
                """)).execute();
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
    }

    @Override
    public void remove(ChangeSet changes, PriceEntry stored, boolean cascade) {
        changes.handle().createUpdate("DELETE FROM price WHERE id = :id").bind("id", stored.id()).execute();
        changes.deleted(noun(), stored);
    }

    private Update bind(ChangeSet changes, UUID id, PriceDraft draft, Update update) {
        String currency = check(changes, id, draft);
        MediaPrices given = draft.media();
        MediaPrices media = given == null ? new MediaPrices(null, null, null, null) : given;
        return update.bind("audioInput", media.audioInputPerMillion())
                .bind("audioOutput", media.audioOutputPerMillion()).bind("imageInput", media.imageInputPerMillion())
                .bind("imageOutput", media.imageOutputPerMillion()).bind("id", id).bind("model", draft.modelId())
                .bindByType("upstream", draft.upstreamId(), UUID.class)
                .bind("validFrom", draft.validFrom().atOffset(ZoneOffset.UTC)).bind("currency", currency)
                .bind("input", draft.inputPerMillion()).bind("output", draft.outputPerMillion())
                .bind("cached", draft.cachedInputPerMillion()).bind("cacheWrite", draft.cacheWritePerMillion())
                .bind("longCacheWrite", draft.longCacheWritePerMillion()).bind("second", draft.perSecond())
                .bind("image", draft.perImage())
                .bind("characters", draft.perMillionCharacters()).bind("call", draft.perCall())
                .bind("kilowattHour", draft.perKilowattHour()).bind("gpuHour", draft.perGpuHour())
                .bind("now", changes.timestamp());
    }

    private String check(ChangeSet changes, UUID id, PriceDraft draft) {
        Handle handle = changes.handle();
        String accounting = SettingsRows.currency(handle);
        Checks checks = new Checks();
        checks.amount("inputPerMillion", draft.inputPerMillion());
        checks.amount("outputPerMillion", draft.outputPerMillion());
        checks.amount("cachedInputPerMillion", draft.cachedInputPerMillion());
        checks.amount("cacheWritePerMillion", draft.cacheWritePerMillion());
        checks.amount("longCacheWritePerMillion", draft.longCacheWritePerMillion());
        MediaPrices media = draft.media();
        if (media != null) {
            media.check(checks);
        }
        checks.amount("perSecond", draft.perSecond());
        checks.amount("perImage", draft.perImage());
        checks.amount("perMillionCharacters", draft.perMillionCharacters());
        checks.amount("perCall", draft.perCall());
        checks.amount("perKilowattHour", draft.perKilowattHour());
        checks.amount("perGpuHour", draft.perGpuHour());
        checks.require(
                Stream.of(draft.inputPerMillion(), draft.outputPerMillion(), draft.perSecond(), draft.perImage(),
                        draft.perMillionCharacters(), draft.perCall(), draft.perKilowattHour(), draft.perGpuHour())
                        .anyMatch(Objects::nonNull) || media != null && media.says(),
                "inputPerMillion", "or another amount must be there; a model that costs nothing says \"0\"");
        checks.require(draft.currency() == null || draft.currency().equals(accounting), "currency",
                "must be the accounting currency, " + accounting);
        checks.refuse();
        nouns.models().refer(handle, "modelId", draft.modelId());
        if (draft.upstreamId() != null) {
            nouns.upstreams().refer(handle, "upstreamId", draft.upstreamId());
        }
        boolean taken = read(handle,
                Selection.of("r.model_id = :value", draft.modelId())
                        .and("r.valid_from = :value", draft.validFrom().atOffset(ZoneOffset.UTC)).and("r.id <> :value",
                                id))
                .stream().anyMatch(other -> Objects.equals(other.upstreamId(), draft.upstreamId()));
        if (taken) {
            throw RefusedException.conflict("There is already a price for that model and upstream from "
                    + draft.validFrom() + " on. Change that one, or choose another date.");
        }
        return accounting;
    }

    private static @Nullable String warning(@Nullable BigDecimal input, @Nullable BigDecimal output) {
        for (@Nullable
        BigDecimal amount : Arrays.asList(input, output)) {
            if (amount == null) {
                continue;
            }
            if (amount.compareTo(PLAUSIBLE_GREATEST) > 0) {
                return "More than " + PLAUSIBLE_GREATEST + " per million tokens is unusual. Is it a price per token?";
            }
            if (amount.signum() > 0 && amount.compareTo(PLAUSIBLE_LEAST) < 0) {
                return "Less than " + PLAUSIBLE_LEAST.toPlainString()
                        + " per million tokens is unusual. Is it a price per token? Then multiply it by 1,000,000.";
            }
        }
        return null;
    }
}
