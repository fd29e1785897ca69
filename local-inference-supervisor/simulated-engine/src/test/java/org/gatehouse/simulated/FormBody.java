package org.gatehouse.simulated;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A multipart form under construction. */
final class FormBody {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    private FormBody() {}

    static FormBody with(String name, String value) {
        return new FormBody().field(name, value);
    }

    FormBody field(String name, String value) {
        return text("--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n");
    }

    FormBody fields(String... namesAndValues) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            field(namesAndValues[i], namesAndValues[i + 1]);
        }
        return this;
    }

    FormBody file(String name, String fileName, byte[] content) {
        text("--b\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + fileName
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n");
        body.writeBytes(content);
        return text("\r\n");
    }

    private FormBody text(String text) {
        body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    RawClient.Answer post(SimulatedServer server, String path, String... headers) throws IOException {
        text("--b--\r\n");
        StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\nContent-Type: multipart/form-data; "
                + "boundary=b\r\nContent-Length: " + body.size() + "\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        try (RawClient client = new RawClient(server)) {
            client.send(head + "\r\n");
            client.send(body.toByteArray());
            return client.answer();
        }
    }
}
