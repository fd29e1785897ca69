-- Tokens that stand for sound and pictures cost other amounts than those of text: prices of their own, and counts of their own.
ALTER TABLE price ADD COLUMN audio_input_per_million NUMERIC(38, 12);
ALTER TABLE price ADD COLUMN audio_output_per_million NUMERIC(38, 12);
ALTER TABLE price ADD COLUMN image_input_per_million NUMERIC(38, 12);
ALTER TABLE price ADD COLUMN image_output_per_million NUMERIC(38, 12);
ALTER TABLE usage_rollup ADD COLUMN audio_input_tokens BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE usage_rollup ADD COLUMN image_input_tokens BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE usage_rollup ADD COLUMN audio_output_tokens BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE usage_rollup ADD COLUMN image_output_tokens BIGINT DEFAULT 0 NOT NULL;
