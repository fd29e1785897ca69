package org.gatehouse.supervisor.models;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/** Asks a hub which files a revision of a repository has. Belongs to one thread. */
final class HubListing {
    private static final int LONGEST_ANSWER = 64 << 20;
    private static final int MOST_PAGES = 500;
    private static final Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;[^,]*rel=\"?next\"?");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-fA-F]{7,64}");
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SHA_1 = Pattern.compile("[0-9a-f]{40}");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HubClient client;
    private final ModelSource.Hub source;
    private final java.util.function.Function<String, HubRetries> retries;
    private final int mostFiles;

    HubListing(HubClient client, ModelSource.Hub source, java.util.function.Function<String, HubRetries> retries,
            int mostFiles) {
        this.client = client;
        this.source = source;
        this.retries = retries;
        this.mostFiles = mostFiles;
    }

    /** A revision's commit and files. */
    record Listing(String revision, List<PlannedFile> files) {}

    /** One answer and the address of the next page, if there is one. */
    private record Page(JsonNode json, @Nullable URI next) {}

    /** Pins the revision to its commit, so that a push in the middle of an import changes nothing. */
    Listing list() throws ImportFailure, InterruptedException {
        String models = "/api/models/" + encoded(source.repository());
        String what = "repository " + source.repository() + " at revision " + source.revision();
        String revision = source.revision();
        try {
            JsonNode info = page(client.at(models + "/revision/" + segment(revision) + "?blobs=true"), what).json;
            String commit = info.path("sha").asText("");
            if (COMMIT.matcher(commit).matches()) {
                revision = commit;
            }
            List<PlannedFile> files = new ArrayList<>();
            for (JsonNode sibling : info.path("siblings")) {
                files.add(file(sibling, sibling.path("rfilename").asText(""), "blobId", "sha256"));
            }
            if (!files.isEmpty() && files.stream().allMatch(file -> file.size() >= 0)) {
                return new Listing(revision, files);
            }
        } catch (ImportFailure failure) {
            if (!(failure.problem() instanceof ImportProblem.NotFound)) {
                throw failure;
            }
            // A mirror may know the other of the two paths only.
        }
        return new Listing(revision, tree(models + "/tree/" + segment(revision) + "?recursive=1", what));
    }

    private List<PlannedFile> tree(String path, String what) throws ImportFailure, InterruptedException {
        List<PlannedFile> files = new ArrayList<>();
        URI next = client.at(path);
        for (int pages = 0; next != null; pages++) {
            Page page = page(next, what);
            for (JsonNode entry : page.json) {
                if (entry.path("type").asText("").equals("file")) {
                    files.add(file(entry, entry.path("path").asText(""), "oid", "oid"));
                }
            }
            next = page.next;
            if (pages >= MOST_PAGES || files.size() > mostFiles) {
                throw new ImportFailure(new ImportProblem.TooLarge(source.describe(), "it has more than " + mostFiles
                        + " files"));
            }
        }
        if (files.isEmpty() || files.stream().anyMatch(file -> file.size() < 0)) {
            throw strange("it lists no files with sizes for " + what);
        }
        return files;
    }

    private PlannedFile file(JsonNode node, String path, String blobField, String lfsField) throws ImportFailure {
        JsonNode lfs = node.path("lfs");
        String sha256 = lfs.path(lfsField).asText("");
        String blob = lfs.isObject() ? "" : node.path(blobField).asText("");
        long size = lfs.path("size").asLong(node.path("size").asLong(-1));
        return PlannedFile.remote(SafePath.checked(path), size, SHA_256.matcher(sha256).matches() ? sha256 : "",
                SHA_1.matcher(blob).matches() ? blob : "");
    }

    private Page page(URI address, String what) throws ImportFailure, InterruptedException {
        HubRetries tries = retries.apply(what);
        while (true) {
            try (HubReply reply = client.get(address, what, 0)) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                byte[] buffer = new byte[1 << 16];
                for (int count = reply.read(buffer); count >= 0; count = reply.read(buffer)) {
                    bytes.write(buffer, 0, count);
                    if (bytes.size() > LONGEST_ANSWER) {
                        throw strange("its listing of " + what + " is larger than " + Text.bytes(LONGEST_ANSWER));
                    }
                }
                JsonNode json = JSON.readTree(bytes.toByteArray());
                if (json == null || !json.isContainerNode()) {
                    throw strange("its listing of " + what + " is not what it should be");
                }
                return new Page(json, next(address, reply.header("link")));
            } catch (HubClient.Trouble trouble) {
                tries.after(trouble);
            } catch (IOException notJson) {
                throw strange("its listing of " + what + " is not JSON");
            }
        }
    }

    private @Nullable URI next(URI address, String link) throws ImportFailure {
        Matcher matcher = NEXT.matcher(link);
        if (!matcher.find()) {
            return null;
        }
        try {
            URI next = address.resolve(URI.create(matcher.group(1)));
            if (client.isOurs(next)) {
                return next;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw strange("its next page lies elsewhere");
    }

    private ImportFailure strange(String why) {
        return new ImportFailure(new ImportProblem.StrangeAnswer(source.hub(), why));
    }

    /** A path with its slashes kept. */
    static String encoded(String path) {
        StringBuilder encoded = new StringBuilder();
        for (String part : path.split("/", -1)) {
            encoded.append(encoded.isEmpty() ? "" : "/").append(segment(part));
        }
        return encoded.toString();
    }

    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
