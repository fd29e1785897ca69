package org.gatehouse.admin;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

final class LogMaskTest {

    @ParameterizedTest
    @ValueSource(strings = {"vllm serve m --api-key s3cr3t-0 --port 1", "vllm serve --api-key=s3cr3t-0",
            "argv: ['--api-key', 's3cr3t-0', '--port']", "non-default args: {'api_key': ['s3cr3t-0'], 'port': 1}",
            "args: Namespace(api_key='s3cr3t-0', port=1)", "HF_TOKEN=s3cr3t-0 is set", "--hf-token \"s3cr3t-0\"",
            "Authorization: Bearer s3cr3t-0aaaa", "token hf_s3cr3t-0aaaa found", "key ghk_s3cr3t-0_aaaaaaa",
            "{\"api_key\": \"s3cr3t-0\"}", "--Api-Key S3CR3T-0", "set-up token ghs_s3cr3t-0aaaa",
            "Authorization: Basic s3cr3t0=", "via http://gatehouse:s3cr3t-0@proxy.example.com:3128"})
    void whatLooksLikeASecretIsLeftOut(String line) {
        assertThat(LogMask.mask(line)).contains("***").doesNotContainIgnoringCase("s3cr3t");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--max-num-batched-tokens 8192 --max-model-len 4096", "api_key=None, port=1",
            "Avg prompt throughput: 12.0 tokens/s", "Loading weights took 3.2 seconds", "an api key is missing",
            "token: 17 of 20", "Basic authentication is on", "http://proxy.example.com:3128/a:b@c",
            "gatehouse-engine-0192aaaa-bbbb"})
    void otherLinesStayAsTheyAre(String line) {
        assertThat(LogMask.mask(line)).isEqualTo(line);
    }

    @Test
    void recoveryKeyIsLeftOut() {
        assertThat(LogMask.mask("typed: cbdefghi-jklnrtuv-cbdefghi-jklnrtuv-cbdefghi-jklnrtuv-cbdefghi-jklnrtuv."))
                .isEqualTo("typed: ***.");
    }

    @Test
    void restOfTheLineStays() {
        assertThat(LogMask.mask("vllm serve m --api-key abc --port 1"))
                .isEqualTo("vllm serve m --api-key *** --port 1");
    }
}
