package org.gatehouse.machine.disks;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.disks.DiskHealth.Health;

/** What smartctl 7 says in JSON, made into values. What it says comes from disks: nothing of it is trusted. Stateless. */
final class SmartReport {
    /** Bits of its exit status (smartctl(8), "EXIT STATUS"): the disk could not be asked. */
    private static final int NOT_ASKED = 0b11;
    private static final int FAILING = 0b1000;
    private static final int REALLOCATED = 5;
    private static final int PENDING = 197;
    private static final int LONGEST = 80;
    private static final String NVME = "nvme_smart_health_information_log";

    private SmartReport() {}

    /** A disk that told this. */
    static DiskHealth read(DiskHealth known, Programs.Ended said) {
        int start = said.output().indexOf('{');
        if (start < 0 || !(Json.parse(said.output().substring(start).getBytes(
                java.nio.charset.StandardCharsets.UTF_8)) instanceof Reading.Whole<JsonNode>(JsonNode report))) {
            return silent(known, "what it told can't be understood");
        }
        JsonNode passed = report.path("smart_status").path("passed");
        boolean failing = (said.status() & FAILING) != 0 && (said.status() & NOT_ASKED) == 0
                || passed.isBoolean() && !passed.booleanValue();
        Health health = failing ? Health.FAILED : passed.isBoolean() ? Health.PASSED : Health.UNKNOWN;
        JsonNode nvme = report.path(NVME);
        DiskHealth told = new DiskHealth(known.device(), word(report.path("model_name"), known.model()),
                word(report.path("serial_number"), known.serial()), known.bytes(), health,
                small(nvme.path("critical_warning")),
                small(nvme.has("percentage_used")
                        ? nvme.path("percentage_used")
                        : report.path("endurance_used").path("current_percent")),
                small(nvme.path("available_spare")), small(nvme.path("available_spare_threshold")),
                large(nvme.path("media_errors")), attribute(report, REALLOCATED), attribute(report, PENDING),
                small(report.path("temperature").path("current")), large(report.path("power_on_time").path("hours")),
                "");
        return health == Health.UNKNOWN ? silent(told, why(report)) : told.explained();
    }

    /** One that told nothing of use. */
    static DiskHealth silent(DiskHealth known, String why) {
        return new DiskHealth(known.device(), known.model(), known.serial(), known.bytes(), Health.UNKNOWN,
                known.criticalWarning(), known.percentageUsed(), known.availableSpare(), known.spareThreshold(),
                known.mediaErrors(), known.reallocatedSectors(), known.pendingSectors(), known.temperature(),
                known.powerOnHours(), "How it is can't be known: " + why + ".");
    }

    private static String why(JsonNode report) {
        for (JsonNode message : report.path("smartctl").path("messages")) {
            String said = word(message.path("string"), "");
            if (message.path("severity").asText().equals("error") && !said.isEmpty()) {
                return said.contains("Unable to detect device type")
                        ? "it is a virtual disk, or one behind a controller"
                                + " that tells nothing of its disks"
                        : said.replaceAll("[.]+$", "");
            }
        }
        return "it keeps no such record";
    }

    private static @Nullable Long attribute(JsonNode report, int id) {
        for (JsonNode one : report.path("ata_smart_attributes").path("table")) {
            if (one.path("id").asInt() == id) {
                return large(one.path("raw").path("value"));
            }
        }
        return null;
    }

    private static @Nullable Integer small(JsonNode number) {
        return number.canConvertToInt() && number.isIntegralNumber() && Math.abs(number.intValue()) <= 1000
                ? number.intValue()
                : null;
    }

    private static @Nullable Long large(JsonNode number) {
        return number.isIntegralNumber() && number.canConvertToLong() && number.longValue() >= 0
                ? number.longValue()
                : null;
    }

    /** Whatever a disk calls itself: printable, and not long. */
    static String word(JsonNode text, String fallback) {
        return text.isTextual() ? word(text.textValue()) : fallback;
    }

    /** The same of what the kernel tells. */
    static String word(String text) {
        String clean = text.replaceAll("[^\\x20-\\x7e]", "").strip();
        return clean.substring(0, Math.min(LONGEST, clean.length()));
    }
}
