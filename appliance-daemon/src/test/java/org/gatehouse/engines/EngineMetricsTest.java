package org.gatehouse.engines;

import org.junit.jupiter.api.Test;

import org.gatehouse.supervisor.fleet.FleetView;
import org.gatehouse.supervisor.fleet.ReplicaPhase;

import static org.assertj.core.api.Assertions.assertThat;

class EngineMetricsTest {
    private final WrittenEngines engines = new WrittenEngines();
    private final EngineMetrics metrics = new EngineMetrics(engines);

    @Test
    void boxWithoutDeploymentsHasNoLines() {
        assertThat(metrics.page()).isEmpty();
    }

    @Test
    void everyFamilyIsDescribedAndEverySampleNamesItsDeployment() {
        engines.show(WrittenEngines.standing("chat", FleetView.Standing.LOADING, "", ReplicaPhase.LOADING, "weights",
                43));

        String page = metrics.page();

        assertThat(page.lines().filter(line -> !line.startsWith("#") && !line.startsWith("gatehouse_gpu_")))
                .isNotEmpty().allSatisfy(line -> assertThat(line)
                        .matches("gatehouse_[a-z_]+\\{deployment=\"chat\",model=\"[^\"]+\".*} -?[0-9.]+"));
        assertThat(page).contains("# TYPE gatehouse_deployment_standing gauge\n", "standing=\"loading\"} 1\n",
                "gatehouse_engine_load_ratio{deployment=\"chat\"", "} 0.43\n");
        page.lines().filter(line -> !line.startsWith("#"))
                .forEach(line -> assertThat(page).contains("# HELP " + line.split("\\{", 2)[0] + " "));
    }
}
