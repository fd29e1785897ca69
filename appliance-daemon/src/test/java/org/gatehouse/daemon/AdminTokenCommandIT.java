package org.gatehouse.daemon;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/** The way back for a box whose admin token was lost. */
final class AdminTokenCommandIT {
    @TempDir
    Path data;

    @Test
    void resetMakesANewTokenEndsTheOldOneAndIsInTheTrail() throws Exception {
        String old;
        try (TestDaemon box = TestDaemon.plain(data)) {
            old = box.token("admin-token");
            Result refused = reset(data);
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.err()).hasLineCount(1).contains("in use", "Stop that one");
            assertThat(keys(box, old)).isEqualTo(200);
        }
        Files.delete(data.resolve("admin-token"));

        Result done = reset(data);

        assertThat(done.status()).as(done.err()).isZero();
        assertThat(done.out()).contains(data.resolve("admin-token").toString()).doesNotContain("gha_");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("admin-token"))))
                .isEqualTo("rw-------");
        try (TestDaemon box = TestDaemon.plain(data)) {
            String fresh = box.token("admin-token");
            assertThat(fresh).isNotEqualTo(old).startsWith("gha_");
            assertThat(keys(box, fresh)).isEqualTo(200);
            assertThat(keys(box, old)).isEqualTo(401);
            assertThat(box.audit("kind=admin&objectType=admin-tokens")).contains("\"reset\"", "system:command line")
                    .doesNotContain(fresh);
            assertThat(box.get("/api/v1/audit/verify", "authorization", "Bearer " + fresh).body())
                    .contains("\"intact\":true");
        }
    }

    @Test
    void directoryWithoutABoxIsLeftAsItIs() throws Exception {
        Path nothing = data.resolve("nothing");
        assertThat(reset(nothing).err()).hasLineCount(1).contains("There is no box in " + nothing, "--data");
        assertThat(nothing).doesNotExist();
        assertThat(reset(data).status()).isEqualTo(1);
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void commandRunsAsTheOwnerOfTheDataOnly() throws Exception {
        TestDaemon.plain(data).close();
        UserPrincipal self = Files.getOwner(data);
        Assumptions.assumeTrue(self.getName().equals("root"), "only root can give a directory away");
        String token = Files.readString(data.resolve("admin-token"));
        Files.setOwner(data, data.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));

        Result refused = reset(data);

        Files.setOwner(data, self);
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).hasLineCount(1).contains("sudo -u nobody gatehouse admin-token reset");
        assertThat(Files.readString(data.resolve("admin-token"))).isEqualTo(token);
    }

    private static int keys(TestDaemon box, String token) {
        return box.get("/api/v1/keys", "authorization", "Bearer " + token).statusCode();
    }

    private record Result(int status, String out, String err) {}

    private static Result reset(Path data) {
        CommandLine line = Gatehouse.commandLine();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int status = line.execute("admin-token", "reset", "--data", data.toString());
        return new Result(status, out.toString(), err.toString());
    }
}
