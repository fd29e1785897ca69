package org.gatehouse.machine.agent;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class FailuresTest {
    private static final String FILE = "/var/lib/gatehouse-updates/bundle";

    @ParameterizedTest
    @CsvSource(textBlock = """
            No space left on device,  Remove models
            Input/output error,       replace the disk
            Read-only file system,    become read-only
            Something else,           Something else
            ,                         Try again
            """)
    void aFileThatFailsIsASentenceThatSaysWhatToDo(String reason, String said) {
        assertThat(Failures.inWords(new FileSystemException(FILE, null, reason))).contains(FILE, said).endsWith(".");
    }

    @Test
    void aFileThatIsMissingIsMoreThanItsPath() {
        assertThat(Failures.inWords(new NoSuchFileException(FILE))).contains(FILE + " is missing").endsWith(".");
    }

    @Test
    void whatWasSaidInWordsStays() {
        assertThat(Failures.inWords(new IOException("the disk is gone"))).isEqualTo("The disk is gone.");
        assertThat(Failures.inWords(new IllegalStateException())).isEqualTo("IllegalStateException.");
    }
}
