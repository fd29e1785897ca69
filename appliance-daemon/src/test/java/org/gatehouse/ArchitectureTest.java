package org.gatehouse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** The arrows of ARCHITECTURE.md: which room may call which. */
class ArchitectureTest {
    private static final JavaClasses DAEMON = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("org.gatehouse");

    @Test
    void roomsDoNotCallEachOtherInCircles() {
        check(slices().matching("org.gatehouse.(*)..").should().beFreeOfCycles());
    }

    @Test
    void roomsOfTheGatewayDoNotCallEachOtherInCircles() {
        check(slices().matching("org.gatehouse.gateway.(*)..").should().beFreeOfCycles());
    }

    @Test
    void nobodyImportsTheDaemon() {
        check(noClasses().that().resideOutsideOfPackage("org.gatehouse.daemon..").should().dependOnClassesThat()
                .resideInAPackage("org.gatehouse.daemon.."));
    }

    @Test
    void theGatewayKnowsOfTheControlPlaneTheSnapshotOnly() {
        check(noClasses().that().resideInAPackage("org.gatehouse.gateway..").should().dependOnClassesThat(
                resideInAnyPackage("org.gatehouse.governance..", "org.gatehouse.admin..", "org.gatehouse.usage..",
                        "org.gatehouse.store..", "org.gatehouse.cli..", "org.gatehouse.telemetry..")
                        .and(
                                not(resideInAPackage("org.gatehouse.governance.snapshot")))));
    }

    @Test
    void theSnapshotDependsOnNothingOfOurs() {
        check(noClasses().that().resideInAPackage("org.gatehouse.governance.snapshot").should().dependOnClassesThat(
                resideInAPackage("org.gatehouse..").and(
                        not(resideInAPackage("org.gatehouse.governance.snapshot")))));
    }

    @Test
    void onlyTheDoorsKnowTheWebServer() {
        check(noClasses().that()
                .resideOutsideOfPackages("org.gatehouse.listen..", "org.gatehouse.gateway.http..",
                        "org.gatehouse.batch.http..",
                        "org.gatehouse.admin..", "org.gatehouse.telemetry..", "org.gatehouse.daemon..")
                .should().dependOnClassesThat().resideInAPackage("io.helidon.."));
    }

    @Test
    void theStoreAndTheListenersCallNoOtherRoom() {
        check(noClasses().that().resideInAnyPackage("org.gatehouse.store..").should().dependOnClassesThat(
                resideInAPackage("org.gatehouse..")
                        .and(not(resideInAPackage("org.gatehouse.store..")))));
        check(noClasses().that().resideInAnyPackage("org.gatehouse.listen..").should().dependOnClassesThat(
                resideInAPackage("org.gatehouse..").and(
                        not(resideInAPackage("org.gatehouse.listen..")))));
    }

    @Test
    void theDaemonNeverDependsOnASimulator() {
        check(noClasses().that().resideOutsideOfPackage("org.gatehouse.simulated..").should().dependOnClassesThat()
                .resideInAPackage("org.gatehouse.simulated.."));
    }

    @Test
    void theHardwareModulesKnowNoGateway() {
        check(classes().that().resideInAnyPackage("org.gatehouse.supervisor..", "org.gatehouse.gpu..").should()
                .onlyDependOnClassesThat().resideInAnyPackage("org.gatehouse.supervisor..", "org.gatehouse.gpu..",
                        "java..", "org.jspecify..", "com.fasterxml.jackson..", "com.sun.jna.."));
    }

    @Test
    void theSetupWizardKnowsNothingOfTheDaemon() {
        check(classes().that().resideInAPackage("org.gatehouse.setup.wizard..").should().onlyDependOnClassesThat()
                .resideInAnyPackage("org.gatehouse.setup.wizard..", "java..", "javax.net.ssl..", "org.jspecify..",
                        "com.fasterxml.jackson..", "picocli..", "org.jline.."));
    }

    private static void check(ArchRule rule) {
        rule.check(DAEMON);
    }
}
