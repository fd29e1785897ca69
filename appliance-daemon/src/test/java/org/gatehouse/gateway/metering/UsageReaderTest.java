package org.gatehouse.gateway.metering;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.audit.MediaTokens;
import org.gatehouse.audit.Usage;

import static org.assertj.core.api.Assertions.assertThat;

class UsageReaderTest {

    @Test
    void chatSpellingWithDetailsIsRead() {
        assertThat(read("""
                {"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"unknown":{"deep":[1,{}]},
                 "prompt_tokens_details":{"cached_tokens":60,"created_cache_tokens":10,"audio_tokens":1},
                 "completion_tokens_details":{"reasoning_tokens":20}}"""))
                .contains(new Usage(100, 50, 60, 10, 20, 0, 0, 0, Usage.Source.REPORTED)
                        .with(new MediaTokens(1, 0, 0, 0)));
    }

    @Test
    void responsesSpellingIsRead() {
        assertThat(read("""
                {"input_tokens":8,"input_tokens_details":{"cached_tokens":0},"output_tokens":3,
                 "output_tokens_details":{"reasoning_tokens":1},"total_tokens":11}"""))
                .contains(new Usage(8, 3, 0, 0, 1, 0, 0, 0, Usage.Source.REPORTED));
    }

    @Test
    void tokensOfSoundAndPicturesAreReadInEachSpelling() {
        MediaTokens heard = new MediaTokens(12, 5, 7, 0);
        assertThat(read("""
                {"prompt_tokens":40,"completion_tokens":9,
                 "prompt_tokens_details":{"cached_tokens":3,"audio_tokens":12,"image_tokens":5,"text_tokens":23},
                 "completion_tokens_details":{"audio_tokens":7,"text_tokens":2}}""").orElseThrow().media())
                .isEqualTo(heard);
        assertThat(read("""
                {"total_tokens":49,"input_tokens":40,"output_tokens":9,
                 "input_token_details":{"audio_tokens":12,"image_tokens":5,"cached_tokens_details":{"audio_tokens":4}},
                 "output_token_details":{"audio_tokens":7}}""").orElseThrow().media()).isEqualTo(heard);
        assertThat(read("""
                {"promptTokenCount":40,"candidatesTokenCount":9,"promptTokensDetails":[
                 {"modality":"TEXT","tokenCount":23},{"modality":"AUDIO","tokenCount":12},{"tokenCount":2},
                 {"modality":"VIDEO","tokenCount":4},{"tokenCount":1,"modality":"IMAGE","more":{"a":[1]}}],
                 "candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":7}]}""").orElseThrow().media())
                .isEqualTo(heard);
    }

    @Test
    void partsAboveTheWholeAreCutAndBrokenOnesMakeTheReportWorthless() {
        assertThat(read("""
                {"prompt_tokens":10,"completion_tokens":1,
                 "prompt_tokens_details":{"audio_tokens":12,"image_tokens":5}}""").orElseThrow().media())
                .isEqualTo(new MediaTokens(10, 0, 0, 0));
        assertThat(read("""
                {"prompt_tokens":10,"completion_tokens":1,"prompt_tokens_details":{"audio_tokens":-2}}""")).isEmpty();
        assertThat(read("""
                {"promptTokenCount":10,"candidatesTokenCount":1,"promptTokensDetails":[7,[],null,{"modality":null}]}""")
                .orElseThrow().media()).isEqualTo(MediaTokens.NONE);
        assertThat(read("{\"promptTokenCount\":10,\"promptTokensDetails\":[{\"modality\":\"AUDIO\"")).isEmpty();
    }

    @Test
    void anthropicsWritesAreTakenApartByTheirTime() {
        assertThat(read("""
                {"input_tokens":30,"cache_creation_input_tokens":50,"cache_read_input_tokens":20,"output_tokens":3,
                 "cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":40}}"""))
                .contains(new Usage(100, 3, 20, 50, 40, 0, 0, 0, 0, MediaTokens.NONE, Usage.Source.REPORTED));
        assertThat(read("""
                {"input_tokens":30,"cache_creation_input_tokens":5,"output_tokens":3,
                 "cache_creation":{"ephemeral_1h_input_tokens":40}}""").orElseThrow().longCacheWriteTokens())
                .isEqualTo(5);
        assertThat(read("{\"input_tokens\":30,\"output_tokens\":3,\"cache_creation\":null}").orElseThrow()
                .inputTokens()).isEqualTo(30);
    }

    @Test
    void cacheTokensSaidTwiceAreCountedOnce() {
        // DeepSeek says it in a field of its own and in the details too.
        assertThat(read("""
                {"prompt_tokens":100,"completion_tokens":1,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36,
                 "prompt_tokens_details":{"cached_tokens":64}}""").orElseThrow().cachedInputTokens()).isEqualTo(64);
        assertThat(read("""
                {"prompt_tokens":100,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":64},
                 "prompt_cache_hit_tokens":64}""").orElseThrow().cachedInputTokens()).isEqualTo(64);
    }

    @Test
    void totalAloneIsInputAndOtherwiseSaysNothingNew() {
        assertThat(read("{\"total_tokens\":12}").orElseThrow().inputTokens()).isEqualTo(12);
        assertThat(read("{\"total_tokens\":12,\"prompt_tokens\":5,\"completion_tokens\":7}").orElseThrow())
                .isEqualTo(Usage.tokens(5, 7, Usage.Source.REPORTED));
        assertThat(read("{\"total_tokens\":12,\"completion_tokens\":12}").orElseThrow())
                .isEqualTo(Usage.tokens(0, 12, Usage.Source.REPORTED));
    }

    @Test
    void nullsAreMissing() {
        assertThat(read("{\"prompt_tokens\":5,\"completion_tokens\":null,\"prompt_tokens_details\":null}")
                .orElseThrow()).isEqualTo(Usage.tokens(5, 0, Usage.Source.REPORTED));
    }

    @Test
    void secondsOfAudioAreRead() {
        assertThat(read("{\"type\":\"duration\",\"seconds\":12.3456}").orElseThrow().audioMillis()).isEqualTo(12_346);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"prompt_tokens\":-1,\"completion_tokens\":2}",
            "{\"prompt_tokens\":1.5,\"completion_tokens\":2}",
            "{\"prompt_tokens\":\"3\",\"completion_tokens\":2}",
            "{\"prompt_tokens\":99999999999999999999,\"completion_tokens\":2}",
            "{\"prompt_tokens\":1099511627777,\"completion_tokens\":2}",
            "{\"prompt_tokens\":[1],\"completion_tokens\":2}",
            "{\"prompt_tokens\":5,\"completion_tokens\":2,\"prompt_tokens_details\":{\"cached_tokens\":6}}",
            "{\"prompt_tokens\":5,\"completion_tokens\":2,\"completion_tokens_details\":{\"reasoning_tokens\":3}}",
            "{\"seconds\":-1}", "{\"seconds\":\"x\"}", "{}", "null", "[]", "5", "", "{\"prompt_tokens\":5,",
            "{\"prompt_tokens\":"})
    void whatCannotBeIsNoReportAtAll(String usage) {
        assertThat(read(usage)).isEmpty();
    }

    private static Optional<Usage> read(String json) {
        byte[] bytes = ("xx" + json + "yy").getBytes(StandardCharsets.UTF_8);
        return UsageReader.read(bytes, 2, bytes.length - 2);
    }
}
