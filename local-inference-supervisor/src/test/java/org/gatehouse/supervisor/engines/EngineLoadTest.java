package org.gatehouse.supervisor.engines;

import org.junit.jupiter.api.Test;

import org.gatehouse.supervisor.planning.EngineKind;

import static org.assertj.core.api.Assertions.assertThat;

class EngineLoadTest {
    private static final MetricNames VLLM = Engine.of(EngineKind.VLLM).metricNames();

    @Test
    void loadOfSeveralEnginesBehindOneServerAddsUp() {
        EngineLoad load = EngineLoad.read(VLLM, """
                # HELP vllm:num_requests_running x
                # TYPE vllm:num_requests_running gauge
                vllm:num_requests_running{engine="0",model_name="a}b"} 3.0
                vllm:num_requests_running{engine="1",model_name="a b"} 2.0
                vllm:num_requests_waiting{engine="0"} 0.0 1730000000000
                vllm:kv_cache_usage_perc{engine="0"} 0.25
                vllm:kv_cache_usage_perc{engine="1"} 0.75
                vllm:prompt_tokens_total{engine="0"} 1.2e+06
                vllm:generation_tokens_total 42
                """);

        assertThat(load).isEqualTo(new EngineLoad(5.0, 0.0, 0.75, 1_200_000.0, 42.0));
    }

    @Test
    void namesOfOlderReleasesCountWhereTheNewOnesAreMissing() {
        assertThat(EngineLoad.read(VLLM, "vllm:gpu_cache_usage_perc{a=\"b\"} 0.5").kvUsage()).isEqualTo(0.5);
    }

    @Test
    void whatIsMissingOrNoNumberIsAbsentAndNeverZero() {
        EngineLoad nothing = new EngineLoad(null, null, null, null, null);

        assertThat(EngineLoad.read(VLLM, "")).isEqualTo(nothing);
        assertThat(
                EngineLoad.read(VLLM, "vllm:num_requests_running NaN\nvllm:num_requests_running{ 3\n}{ x\n\u0000\n "))
                .isEqualTo(nothing);
        assertThat(EngineLoad.read(MetricNames.NONE, "a 1")).isEqualTo(nothing);
    }
}
