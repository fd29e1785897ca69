package org.gatehouse.daemon;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.admin.Box;
import org.gatehouse.admin.LogMask;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.support.SupportVerbs;
import org.gatehouse.telemetry.RecentLog;

/**
 * What somebody who helps must know of a box, in one file that may be sent: no prompts, no answers, no secrets, no names of
 * people, no list of who called what.
 */
record SupportBundle(Path data, RecentLog log, Supplier<String> metrics, Supplier<PolicySnapshot> policy,
        AgentClient agent, Clock clock) {

    private static final String README = """
            A support bundle of Gatehouse.

            about.json    program, Java, machine
            status.json   what runs and what is wrong
            policy.json   how much is set up, and which kinds of upstreams
            disk.json     space where the data are
            metrics.txt   all metrics at this moment
            log.jsonl     the last lines of the daemon's log; what looks like a secret is hidden
            threads.txt   what the daemon's threads do
            system/       of an appliance: its versions, mounts, units, sockets, network, disks, boots, and the end of the
                          journal of our units; what looks like a secret is hidden

            Prompts, answers, keys, passwords, the trail and people's names are not in it. Models, upstreams and departments
            stand in the metrics by their names: read them before you send the file, if that is too much.
            """;

    void write(Box.Status status, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        Instant now = clock.instant();
        add(zip, now, "README.txt", README);
        add(zip, now, "about.json", about(status, now));
        add(zip, now, "status.json", Json.tree(status));
        add(zip, now, "policy.json", counts());
        add(zip, now, "disk.json", disk());
        add(zip, now, "metrics.txt", metrics.get());
        StringBuilder lines = new StringBuilder();
        for (RecentLog.Line line : log.lines()) {
            ObjectNode json = JsonNodeFactory.instance.objectNode().put("at", line.at().toString())
                    .put("level", line.level())
                    .put("logger", line.logger()).put("message", LogMask.mask(line.message()));
            if (!line.trace().isEmpty()) {
                json.put("trace", LogMask.mask(line.trace()));
            }
            lines.append(json).append('\n');
        }
        add(zip, now, "log.jsonl", lines.toString());
        add(zip, now, "threads.txt", threads());
        system(zip, now);
        // The stream itself is the caller's to close.
        zip.finish();
    }

    /** A bundle without it is of use, too: its agent may be what is broken. */
    private void system(ZipOutputStream zip, Instant now) throws IOException {
        if (!agent.present()) {
            return;
        }
        try {
            for (Map.Entry<String, JsonNode> piece : agent
                    .ask(SupportVerbs.COLLECT, JsonNodeFactory.instance.objectNode(), Progress.NONE).properties()) {
                add(zip, now, "system/" + piece.getKey() + ".txt", LogMask.mask(piece.getValue().asText()));
            }
        } catch (Refused | IOException e) {
            add(zip, now, "system/missing.txt", "The agent did not tell: " + e.getMessage() + "\n");
        }
    }

    private static ObjectNode about(Box.Status status, Instant now) {
        Runtime runtime = Runtime.getRuntime();
        return JsonNodeFactory.instance.objectNode().put("madeAt", now.toString()).put("version", status.version())
                .put("startedAt", status.startedAt().toString()).put("java", Runtime.version().toString())
                .put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"))
                .put("machine", System.getProperty("os.arch")).put("cores", runtime.availableProcessors())
                .put("heapUsed", runtime.totalMemory() - runtime.freeMemory()).put("heapMost", runtime.maxMemory());
    }

    private ObjectNode counts() {
        PolicySnapshot snapshot = policy.get();
        Map<String, Integer> kinds = new LinkedHashMap<>();
        snapshot.models().values().stream().flatMap(model -> model.targets().stream())
                .map(target -> target.upstream()).distinct()
                .forEach(upstream -> kinds.merge(upstream.kind().id(), 1, Integer::sum));
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("revision", snapshot.revision())
                .put("models", snapshot.models().size())
                .put("keys", snapshot.credentials().size());
        ObjectNode upstreams = json.putObject("upstreamsByKind");
        kinds.forEach(upstreams::put);
        return json;
    }

    private ObjectNode disk() throws IOException {
        FileStore store = Files.getFileStore(data);
        return JsonNodeFactory.instance.objectNode().put("bytes", store.getTotalSpace())
                .put("freeBytes", store.getUsableSpace())
                .put("type", store.type());
    }

    private static String threads() {
        StringBuilder all = new StringBuilder();
        for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
            all.append(thread);
        }
        return all.toString();
    }

    private static void add(ZipOutputStream zip, Instant now, String name, JsonNode json) throws IOException {
        add(zip, now, name, json.toPrettyString() + "\n");
    }

    private static void add(ZipOutputStream zip, Instant now, String name, String text) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(now.toEpochMilli());
        zip.putNextEntry(entry);
        zip.write(text.getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
    }
}
