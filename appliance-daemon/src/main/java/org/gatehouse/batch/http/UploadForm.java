package org.gatehouse.batch.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.gatehouse.batch.ClientFiles;
import org.gatehouse.batch.Decision;
import org.gatehouse.batch.StoredFile;
import org.gatehouse.gateway.exchange.Refusal;

/** The form with a file: its content goes on as it comes, its few short fields are kept. Not thread-safe. */
final class UploadForm implements FormStream.Parts {
    private static final int LONGEST_FIELD = 256;
    private static final String FILE = "file";
    private static final String PURPOSE = "purpose";

    private final ClientFiles.Upload upload;
    private final Map<String, String> fields = new HashMap<>();
    private final ByteArrayOutputStream field = new ByteArrayOutputStream();
    private String part = "";
    private @Nullable String fileName;
    private @Nullable Refusal wrong;
    private boolean refusedContent;

    UploadForm(ClientFiles.Upload upload) {
        this.upload = upload;
    }

    @Override
    public boolean begins(String name, @Nullable String named) {
        part = name;
        field.reset();
        if (name.equals(FILE)) {
            if (fileName != null) {
                return no(FILE, "The form field 'file' is given twice. Hand in one file at a time.");
            }
            fileName = named == null || named.isBlank() ? "file.jsonl" : named;
        } else if (fields.containsKey(name)) {
            return no(name, "A form field is given twice. Give it once.");
        }
        return true;
    }

    @Override
    public boolean content(byte[] bytes, int from, int length) {
        if (part.equals(FILE)) {
            refusedContent = !upload.take(bytes, from, length);
            return !refusedContent;
        }
        field.write(bytes, from, length);
        return field.size() <= LONGEST_FIELD || no(part.length() <= 64 ? part : null, "A form field is too long.");
    }

    @Override
    public void ends() {
        if (!part.equals(FILE)) {
            fields.put(part, field.toString(StandardCharsets.UTF_8));
        }
    }

    private boolean no(@Nullable String param, String message) {
        wrong = Refusal.invalid(param, message);
        return false;
    }

    /** Keeps the file, if the form is as it must be. */
    Decision<StoredFile> keep(@Nullable String broken) {
        if (wrong != null) {
            return new Decision.Denied<>(wrong);
        }
        if (broken != null && !refusedContent) {
            return denied(null, "The multipart body is broken: " + broken + ". Let your HTTP library build the form.");
        }
        if (fileName == null) {
            return denied(FILE, "The form field 'file' is missing. Add it.");
        }
        if (!refusedContent && !"batch".equals(fields.get(PURPOSE))) {
            return denied(PURPOSE, "This box takes files with the purpose 'batch' only. Say purpose=batch.");
        }
        String seconds = fields.get("expires_after[seconds]");
        Duration kept = seconds == null
                ? null
                : BatchForm.kept(fields.getOrDefault("expires_after[anchor]", ""), seconds);
        if (seconds != null && kept == null) {
            return denied("expires_after", "A file can be kept from 3600 to 2592000 seconds after 'created_at'.");
        }
        return upload.keep(fileName, kept);
    }

    private static Decision<StoredFile> denied(@Nullable String param, String message) {
        return new Decision.Denied<>(Refusal.invalid(param, message));
    }
}
