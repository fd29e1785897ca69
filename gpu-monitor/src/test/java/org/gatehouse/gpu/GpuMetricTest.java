package org.gatehouse.gpu;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class GpuMetricTest {
    private record Field(String type, List<String> names) {}

    @Test
    void everyRowAgreesWithTheFieldTableOfDcgm() throws IOException {
        Map<Integer, Field> fields = fields();
        for (GpuMetric metric : GpuMetric.values()) {
            Field field = Objects.requireNonNull(fields.get(metric.fieldId()), metric.name());
            assertThat(metric.form()).as(metric.name())
                    .isEqualTo(field.type().equals("d") ? GpuMetric.Form.REAL : GpuMetric.Form.INTEGER);
            List<String> names = new ArrayList<>(metric.laterNames());
            names.add(metric.exporterName());
            assertThat(names).as(metric.name()).containsAll(field.names());
        }
    }

    @Test
    void noFieldAndNoNameStandsTwice() {
        Set<Integer> ids = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (GpuMetric metric : GpuMetric.values()) {
            assertThat(ids.add(metric.fieldId())).as(metric.name()).isTrue();
            assertThat(names.add(metric.exporterName())).as(metric.name()).isTrue();
            metric.laterNames().forEach(name -> assertThat(names.add(name)).as(name).isTrue());
        }
    }

    @Test
    void profilingFieldsAndXidsStandApart() {
        for (GpuMetric metric : GpuMetric.values()) {
            assertThat(metric.group() == GpuMetric.Group.PROFILING).as(metric.name())
                    .isEqualTo(metric.fieldId() >= 1001);
        }
        assertThat(GpuMetric.of(GpuMetric.Group.EVENT)).containsExactly(GpuMetric.XID);
    }

    @Test
    void aFieldIsFoundByItsNumber() {
        for (GpuMetric metric : GpuMetric.values()) {
            assertThat(GpuMetric.ofField(metric.fieldId())).isSameAs(metric);
        }
        assertThat(GpuMetric.ofField(-1)).isNull();
        assertThat(GpuMetric.ofField(7)).isNull();
        assertThat(GpuMetric.ofField(70_000)).isNull();
    }

    @Test
    void thereAreMetricsEnoughForSixtyAGpu() {
        assertThat(GpuMetric.values()).hasSizeGreaterThanOrEqualTo(60);
    }

    private static Map<Integer, Field> fields() throws IOException {
        Map<Integer, Field> fields = new HashMap<>();
        try (InputStream in = Objects
                .requireNonNull(GpuMetricTest.class.getResourceAsStream("/abi/dcgm-fields.tsv"))) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                if (!line.startsWith("#")) {
                    String[] parts = line.split("\t");
                    fields.put(Integer.parseInt(parts[0]),
                            new Field(parts[1], Arrays.asList(parts).subList(2, parts.length)));
                }
            }
        }
        return fields;
    }
}
