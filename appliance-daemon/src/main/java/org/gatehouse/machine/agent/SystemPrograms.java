package org.gatehouse.machine.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Those of this machine. Stateless. */
public final class SystemPrograms implements Programs {
    private static final int MOST_OUTPUT = 256 << 10;

    @Override
    public Ended run(List<String> command, Duration longest) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        Thread reader = Thread.ofVirtual().start(() -> keep(process.getInputStream(), output));
        try {
            if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("The program " + command.getFirst() + " did not end within " + longest.toSeconds()
                        + " s, and was ended. Try again");
            }
            reader.join();
            return new Ended(process.exitValue(), output.toString(StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }

    private static void keep(InputStream in, ByteArrayOutputStream output) {
        byte[] part = new byte[8192];
        try {
            for (int got = in.read(part); got >= 0; got = in.read(part)) {
                output.write(part, 0, Math.min(got, MOST_OUTPUT - output.size()));
            }
        } catch (IOException _) {
            // It was ended; what it said until then stays.
        }
    }
}
