package org.gatehouse.store;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A box that comes back from an update runs the older release on the schema of the newer one, so scripts only ever add; one whose power
 * fails in the middle of a script runs it again, so each statement can be repeated: docs/decisions/0013. Holds from the first release that
 * can be updated.
 */
class MigrationPolicyTest {
    private static final String FIRST = "V100";
    private static final List<Pattern> FORBIDDEN = Stream.of(
            "\\bDROP\\s+(TABLE|COLUMN|VIEW)\\b", "\\bRENAME\\b", "\\bTRUNCATE\\b", "\\bDELETE\\s+FROM\\b",
            "\\bALTER\\s+COLUMN\\b.*\\b(TYPE|SET\\s+NOT\\s+NULL|SET\\s+DATA)\\b",
            "\\bADD\\s+COLUMN\\b(?!.*\\bDEFAULT\\b).*\\bNOT\\s+NULL\\b",
            "\\bADD\\s+(CONSTRAINT\\b.*)?(UNIQUE|CHECK|FOREIGN)\\b",
            // Not to be run again after a cut.
            "\\bCREATE\\s+(UNIQUE\\s+)?(TABLE|INDEX|SEQUENCE|VIEW)\\s+(?!IF\\s+NOT\\s+EXISTS\\b)",
            "\\bADD\\s+COLUMN\\s+(?!IF\\s+NOT\\s+EXISTS\\b)", "\\bINSERT\\s+INTO\\b(?!.*\\bWHERE\\s+NOT\\s+EXISTS\\b)")
            .map(one -> Pattern.compile(one, Pattern.DOTALL))
            .toList();

    @Test
    void scriptsOnlyAdd() throws IOException, URISyntaxException {
        Path folder = Path.of(Objects.requireNonNull(getClass().getResource("/db/migration")).toURI());
        try (Stream<Path> scripts = Files.list(folder)) {
            for (Path script : scripts.filter(one -> one.getFileName().toString().compareTo(FIRST) >= 0).toList()) {
                assertThat(offences(Files.readString(script))).as(script.getFileName() + " takes something away")
                        .isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ALTER TABLE a ADD COLUMN IF NOT EXISTS b VARCHAR(10);          | 0
            ALTER TABLE a ADD COLUMN IF NOT EXISTS b INT DEFAULT 0 NOT NULL; | 0
            CREATE TABLE IF NOT EXISTS a (b INT NOT NULL UNIQUE);          | 0
            INSERT INTO a SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM a);     | 0
            -- DROP TABLE a                                                | 0
            ALTER TABLE a ADD COLUMN IF NOT EXISTS b INT NOT NULL;         | 1
            ALTER TABLE a ADD COLUMN b VARCHAR(10);                        | 1
            CREATE TABLE a (b INT);                                        | 1
            CREATE UNIQUE INDEX a ON b (c);                                | 1
            INSERT INTO a VALUES (1);                                      | 1
            ALTER TABLE a DROP COLUMN b;                                   | 1
            alter table a rename to b;                                     | 1
            ALTER TABLE a ALTER COLUMN b SET NOT NULL;                     | 1
            ALTER TABLE a ADD CONSTRAINT c UNIQUE (b);                     | 1
            DELETE FROM a;                                                 | 1
            """)
    void knowsWhatTakesAway(String script, int offences) {
        assertThat(offences(script)).hasSize(offences);
    }

    private static List<String> offences(String script) {
        return Stream.of(script.replaceAll("--[^\n]*", "").toUpperCase(Locale.ROOT).split(";"))
                .filter(statement -> FORBIDDEN.stream().anyMatch(one -> one.matcher(statement).find())).toList();
    }
}
